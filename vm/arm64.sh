#!/usr/bin/env bash
# Runs tests of native-bindings and arena-core on AArch64, emulated, from what mvn verify has built with a cross compiler
# beside it: kernel calls, fault kernel, codecs, pool, and both ways into the arena. Options go to vm/run.sh.
#
# QEMU keeps the order of memory accesses that this host's processor has. A barrier that only AArch64 needs is
# therefore not tested here; that is what the jcstress tests are for, on such a processor.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$here/lab.sh"
help_if_asked "$@"

arena=(
  io.predicomp.arena.ArenaLifecycleTest io.predicomp.arena.PageAccessTest io.predicomp.arena.PageMovementTest
  io.predicomp.arena.PinnedTransferTest io.predicomp.arena.RegionModelTest io.predicomp.arena.TransparentArenaTest
  io.predicomp.arena.codec.Lz4ContractTest io.predicomp.arena.codec.PatternCodecTest
  io.predicomp.arena.codec.ZstdContractTest io.predicomp.arena.page.FailureInjectionTest
  io.predicomp.arena.pool.CompressedPoolModelTest io.predicomp.arena.stress.CloseUnderFireTest
  io.predicomp.arena.stress.StackOverflowTest
)

# tests MODULE NAME...: here, in the machine. Few tries of each property, because all of it is emulated.
tests() {
  local module=$1
  shift
  (cd "$repository/$module" && "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Djqwik.tries.default=20 \
    -Djqwik.reporting.onlyfailures=true --enable-native-access=ALL-UNNAMED \
    -cp "target/classes:target/test-classes:../native-bindings/target/classes:../native-bindings/target/test-classes:\
$(printf '%s:' /mnt/scratch/arm64/*.jar)" io.predicomp.os.testing.VmTests "$@")
}

if [ -n "${PREDICOMP_VM:-}" ]; then
  status=0
  printf '\nnative-bindings on %s\n' "$(uname -rm)"
  tests native-bindings io.predicomp.os || status=$?
  printf '\narena-core on %s\n' "$(uname -rm)"
  tests arena-core "${arena[@]}" || status=$?
  exit "$status"
fi

[ -d "$repository/arena-core/target/test-classes" ] || fail "There are no test classes: run mvn verify first."
[ -e "$repository/native-bindings/target/classes/META-INF/native/linux-aarch64/libpredicomp.so" ] ||
  fail "There is no libpredicomp for AArch64: install gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, and run mvn verify."

scratch=${PREDICOMP_VM_SCRATCH:-${PREDICOMP_VM_CACHE:-$here/cache}/scratch}
mkdir -p "$scratch/arm64"
libraries=$repository/arena-core/target/vm-test.classpath
if [ ! "$libraries" -nt "$repository/arena-core/pom.xml" ]; then
  # Relative, so that each module gets its own.
  mvn -B -q -f "$repository/pom.xml" -pl native-bindings,arena-core test-compile \
    dependency:build-classpath -Dmdep.outputFile=target/vm-test.classpath -Dmdep.includeScope=test \
    </dev/null >&2
fi
cat "$repository/native-bindings/target/vm-test.classpath" <(echo) "$libraries" | tr ':' '\n' | grep '\.jar$' | sort -u |
  xargs cp -t "$scratch/arm64"
exec "$here/run.sh" --arch arm64 --ram-mb 3072 --timeout 1800 "$@" -- /mnt/predicomp/vm/arm64.sh
