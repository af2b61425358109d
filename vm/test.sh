#!/usr/bin/env bash
# Runs the tests of the kernel's DAMON and BPF (JUnit tag vm) in the virtual machine, from the classes that
# mvn verify has built. A skipped test is a failure there. Options go to vm/run.sh.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
module=$(dirname "$here")/native-bindings

if [ ! -d "$module/target/test-classes" ]; then
  printf 'vm: There are no test classes: run mvn verify first.\n' >&2
  exit 125
fi
for jdk in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" /usr/lib/jvm/* /opt/*; do
  if [ -n "$jdk" ] && [ -x "$jdk/bin/java" ] &&
    grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$jdk/release" 2>/dev/null; then
    java=$jdk/bin/java
    break
  fi
done
if [ -z "${java:-}" ]; then
  printf 'vm: The tests need JDK 25 or newer: install one, or set JAVA_HOME to it.\n' >&2
  exit 125
fi

libraries=$module/target/vm-test.classpath
if [ ! "$libraries" -nt "$module/pom.xml" ]; then
  mvn -B -q -f "$module/pom.xml" dependency:build-classpath -Dmdep.outputFile="$libraries" \
    -Dmdep.includeScope=test </dev/null >&2
fi
# As paths of the machine, which has the host's files and this repository.
classes=/mnt/predicomp/native-bindings/target/classes:/mnt/predicomp/native-bindings/target/test-classes
exec "$here/run.sh" --timeout 600 "$@" -- "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
  --enable-native-access=ALL-UNNAMED -cp "$classes:$(cat "$libraries")" io.predicomp.os.testing.VmTests
