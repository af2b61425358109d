#!/usr/bin/env bash
# Runs what needs a real DAMON and BPF in the virtual machine, from what mvn verify has built: the tests
# with the JUnit tag vm, of which none may be skipped, and then vm/loops.sh and vm/cgroup.sh. Options go to vm/run.sh.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$here/lab.sh"
help_if_asked "$@"
module=$(dirname "$here")/native-bindings

if [ -n "${PREDICOMP_VM:-}" ]; then
  status=0
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -cp "target/classes:target/test-classes:$(cat target/vm-test.classpath)" \
    io.predicomp.os.testing.VmTests || status=$?
  "$here/loops.sh" || status=$?
  "$here/cgroup.sh" || status=$?
  exit "$status"
fi

if [ ! -d "$module/target/test-classes" ]; then
  fail "There are no test classes: run mvn verify first."
fi
for jdk in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" /usr/lib/jvm/* /opt/*; do
  if [ -n "$jdk" ] && [ -x "$jdk/bin/java" ] &&
    grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$jdk/release" 2>/dev/null; then
    home=$jdk
    break
  fi
done
if [ -z "${home:-}" ]; then
  fail "The tests need JDK 25 or newer: install one, or set JAVA_HOME to it."
fi

libraries=$module/target/vm-test.classpath
if [ ! "$libraries" -nt "$module/pom.xml" ]; then
  mvn -B -q -f "$module/pom.xml" dependency:build-classpath -Dmdep.outputFile="$libraries" \
    -Dmdep.includeScope=test </dev/null >&2
fi
exec "$here/run.sh" --timeout 900 "$@" --env "JAVA_HOME=$home" -- \
  env -C /mnt/predicomp/native-bindings ../vm/test.sh
