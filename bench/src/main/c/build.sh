#!/bin/sh
# Compiles the C loops that the workloads are compared with, each file into a program of its name:
#
#   build.sh DIRECTORY
#
# CC names another compiler than cc. Without one the build goes on, says so, and leaves out the
# comparison. A source that does not compile is an error.
set -eu

source=$(dirname "$0")
target=$1
cc=${CC:-cc}

rm -rf "$target"
if ! command -v "$cc" >/dev/null ||
  ! printf '#include <stdlib.h>\n' | "$cc" -x c -fsyntax-only - >/dev/null 2>&1; then
  printf "[WARNING] The C loops of bench are not built: '%s' is no working C compiler (on Debian: apt-get install gcc libc6-dev).\n" "$cc" >&2
  exit 0
fi
mkdir -p "$target"
for file in "$source"/*.c; do
  "$cc" -std=gnu11 -O2 -Wall -Wextra -Wstrict-prototypes -Werror -pthread \
    -o "$target/$(basename "$file" .c)" "$file"
done
