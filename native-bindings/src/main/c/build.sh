#!/bin/sh
# Compiles every C file beside this script into one shared library per architecture:
#
#   build.sh DIRECTORY    writes DIRECTORY/linux-{amd64,aarch64}/libpredicomp.so
#
# For the architecture of this machine, and for the other one if there is a cross compiler. CC names
# another compiler. Without one the build goes on without the library, and says so: what needs it
# tells its user at run time. A source that does not compile is an error.
set -eu
export LC_ALL=C # the order of the files

source=$(dirname "$0")
target=$1

# Only functions that are exported by name are visible, and all that the library needs is bound when
# it is loaded: a signal handler must not enter the dynamic linker. The same sources give the same
# bytes, wherever they lie.
flags="-std=gnu11 -O2 -g0 -Wall -Wextra -Wstrict-prototypes
  -Werror -fPIC -fvisibility=hidden -fno-ident -shared -Wl,-z,now -Wl,-z,defs -Wl,-z,noexecstack
  -Wl,--build-id=none"

say() {
  printf '[WARNING] %s\n' "$1" >&2
}

works() {
  command -v "$1" >/dev/null || return 1
  printf '#include <stdlib.h>\n' | "$1" -x c -fsyntax-only - >/dev/null 2>&1
}

compile() {
  rm -rf "$target/linux-$2"
  mkdir -p "$target/linux-$2"
  # shellcheck disable=SC2086 # several flags in one variable
  "$1" $flags -o "$target/linux-$2/libpredicomp.so" "$source"/*.c
}

case $(uname -m) in
  x86_64) here=amd64 other=aarch64 cross=aarch64-linux-gnu-gcc ;;
  aarch64) here=aarch64 other=amd64 cross=x86_64-linux-gnu-gcc ;;
  *)
    say "libpredicomp is not built: it exists for x86-64 and AArch64, and this is $(uname -m)."
    exit 0
    ;;
esac

cc=${CC:-cc}
mkdir -p "$target"
if works "$cc"; then
  compile "$cc" $here
else
  rm -rf "$target/linux-$here"
  say "libpredicomp is not built: '$cc' is no working C compiler (on Debian: apt-get install gcc libc6-dev). Workloads that fork, and the transparent mode, will say that they need it."
fi
if works $cross; then
  compile $cross $other
else
  rm -rf "$target/linux-$other"
fi
