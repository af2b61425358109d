# shellcheck shell=bash
# What the scripts of the VM lab share. Sourced, after set -euo pipefail.

repository=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source-path=SCRIPTDIR source=settings.env
source "$repository/vm/settings.env"

# The modules as mvn package leaves them, for ./predicomp.
# shellcheck disable=SC2034 # for the scripts that run it
built_modules=$repository/workloads/target/classes:$repository/workloads/target/launcher-modules

say() {
  printf 'vm: %s\n' "$1" >&2
}

# For what is wrong on the host; a wrong option exits with 2 instead.
fail() {
  say "$1"
  exit 125
}

# help_if_asked ARGUMENT...: for --help, what a script whose options go to vm/run.sh says at its top.
help_if_asked() {
  case ${1:-} in
    -h | --help)
      sed -n '2,/^[^#]/{/^# shellcheck/d;s/^# \{0,1\}//p;}' "$0"
      exit 0
      ;;
  esac
}

# For a wrong option or setting.
wrong() {
  say "$1"
  exit 2
}

# number OPTION VALUE LEAST MOST
number() {
  if ! [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
    wrong "$1 takes a whole number from $3 to $4, not '$2'."
  fi
}

# json_value KEY: its text or number, from a line with one flat JSON object on standard input.
json_value() {
  sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'
}

# What apt-get must have on the machine, and why there may be no machine.
require_host() {
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] ||
    fail "The VM lab needs Linux on x86-64, this is $(uname -s) on $(uname -m)."
  if [ -z "$(find_qemu)" ] || [ -z "$(find_kernel)" ] || [ ! -x "$(busybox)" ]; then
    local tool
    for tool in apt-get apt-cache dpkg-deb; do
      command -v "$tool" >/dev/null ||
        fail "Kernel and QEMU come from Debian packages, and there is no $tool here: \
use a Debian host, or set PREDICOMP_VM_QEMU and PREDICOMP_VM_KERNEL_DIR and install busybox-static."
    done
  fi
}

# The directory that is the machine's root: this host's, or one with Debian's files for AArch64.
machine_root() {
  if [ "$PREDICOMP_VM_ARCH" = arm64 ]; then
    printf '%s\n' "$PREDICOMP_VM_CACHE/arm64"
  else
    printf '/\n'
  fi
}

kernel_directory() {
  if [ -n "$PREDICOMP_VM_KERNEL_DIR" ]; then
    readlink -f "$PREDICOMP_VM_KERNEL_DIR" || true
  elif [ "$PREDICOMP_VM_ARCH" = arm64 ]; then
    machine_root
  else
    printf '%s\n' "$PREDICOMP_VM_CACHE/$PREDICOMP_VM_KERNEL_PACKAGE"
  fi
}

# The bootable kernel, or nothing if it is not there yet.
find_kernel() {
  local image
  for image in "$(kernel_directory)"/boot/vmlinuz-*; do
    if [ -e "$image" ]; then
      printf '%s\n' "$image"
      return
    fi
  done
}

kernel_release() {
  local image
  image=$(find_kernel)
  printf '%s\n' "${image##*/vmlinuz-}"
}

# Programs of this host, unpacked.
tools() {
  case $PREDICOMP_VM_ARCH in
    arm64) printf '%s\n' "$PREDICOMP_VM_CACHE/tools-arm64" ;;
    *) printf '%s\n' "$PREDICOMP_VM_CACHE/tools" ;;
  esac
}

busybox() {
  printf '%s\n' "$(tools)/bin/busybox"
}

# The one that the machine starts with.
machine_busybox() {
  if [ "$PREDICOMP_VM_ARCH" = arm64 ]; then machine_root | sed 's|$|/usr/bin/busybox|'; else busybox; fi
}

qemu_name() {
  if [ "$PREDICOMP_VM_ARCH" = arm64 ]; then echo qemu-system-aarch64; else echo qemu-system-x86_64; fi
}

qemu_package() {
  if [ "$PREDICOMP_VM_ARCH" = arm64 ]; then echo qemu-system-arm; else echo qemu-system-x86; fi
}

# The QEMU to run, or nothing if there is none yet.
find_qemu() {
  local unpacked
  unpacked=$(tools)/usr/bin/$(qemu_name)
  if [ -n "$PREDICOMP_VM_QEMU" ]; then
    command -v "$PREDICOMP_VM_QEMU" || true
  elif ! command -v "$(qemu_name)" && [ -x "$unpacked" ]; then
    printf '%s\n' "$unpacked"
  fi
}

# Runs QEMU without anything that was not asked for. An unpacked one finds its libraries and
# firmware beside itself.
qemu() {
  local program
  program=$(find_qemu)
  local arguments=(-nodefaults -no-user-config -display none)
  local tools
  tools=$(tools)
  if [ "$program" = "$tools/usr/bin/$(qemu_name)" ]; then
    export LD_LIBRARY_PATH=$tools/usr/lib/x86_64-linux-gnu:$tools/lib/x86_64-linux-gnu
    export QEMU_MODULE_DIR=$tools/usr/lib/x86_64-linux-gnu/qemu
    arguments+=(-L "$tools/usr/share/qemu" -L "$tools/usr/share/seabios")
  fi
  exec "$program" "${arguments[@]}" "$@"
}

# Whether hardware virtualisation really runs code: a device node and a version number do not say.
# Boots a disk whose only sector tells QEMU to exit with (16 << 1) | 1.
kvm_works() {
  local sector status=0
  [ "$PREDICOMP_VM_ARCH" = amd64 ] || return 1
  [ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
  sector=$(mktemp)
  printf '\xba\xf4\x00\xb0\x10\xee\xf4' >"$sector" # mov dx,0xf4; mov al,16; out dx,al; hlt
  truncate -s 510 "$sector"
  printf '\x55\xaa' >>"$sector"
  exec 3>&2 2>/dev/null # where the shell reports that QEMU crashed
  (qemu -accel kvm -cpu host -m 64 -drive "file=$sector,format=raw,if=ide" \
    -device isa-debug-exit,iobase=0xf4) >/dev/null 2>&1 </dev/null &
  local pid=$! waited=0
  while kill -0 "$pid" 2>/dev/null && [ "$waited" -lt 30 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" || status=$?
  exec 2>&3 3>&-
  rm -f "$sector"
  [ "$status" -eq 33 ]
}

# Prints kvm or tcg.
accelerator() {
  case $PREDICOMP_VM_ACCEL in
    kvm | tcg) printf '%s\n' "$PREDICOMP_VM_ACCEL" ;;
    auto) if kvm_works; then echo kvm; else echo tcg; fi ;;
    *) wrong "--accel takes kvm, tcg or auto, not '$PREDICOMP_VM_ACCEL'." ;;
  esac
}

# Downloads packages into the current directory. Should what apt-get knows be old or nothing, its
# lists are fetched into the cache, which needs no root.
download() {
  local lists=$PREDICOMP_VM_CACHE/apt
  apt-get download -qq "$@" 2>/dev/null && return
  mkdir -p "$lists/lists/partial" "$lists/archives/partial"
  apt_options=(-o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists")
  apt-get update -qq "${apt_options[@]}" >&2 &&
    apt-get download -qq "${apt_options[@]}" "$@" >&2
}
apt_options=()

# The package that a name stands for: linux-image-6.12-amd64 only depends on the real one.
real_package() {
  local depended
  depended=$(apt-cache "${apt_options[@]}" depends "$1" 2>/dev/null |
    sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
  printf '%s\n' "${depended:-$1}"
}

# Unpacks packages, without installing them, into a directory that appears only when complete.
unpack() {
  local destination=$1 packages=$PREDICOMP_VM_CACHE/packages.$$ each
  shift
  rm -rf "$packages" "$destination.new"
  mkdir -p "$packages" "$destination.new"
  (cd "$packages" && download "$@") || fail "apt-get could not download: $*."
  for each in "$packages"/*.deb; do
    dpkg-deb -x "$each" "$destination.new"
  done
  rm -rf "$packages"
}

fetch_kernel() {
  local directory package release
  directory=$(kernel_directory)
  say "fetching $PREDICOMP_VM_KERNEL_PACKAGE, 110 MB, once"
  package=$(real_package "$PREDICOMP_VM_KERNEL_PACKAGE")
  if [ "$package" = "$PREDICOMP_VM_KERNEL_PACKAGE" ]; then
    # apt-get may know nothing yet.
    mkdir -p "$PREDICOMP_VM_CACHE/probe"
    (cd "$PREDICOMP_VM_CACHE/probe" && download "$package") ||
      fail "apt-get does not know the kernel package $package: it is in bookworm-security of Debian 12."
    rm -rf "$PREDICOMP_VM_CACHE/probe"
    [ -d "$PREDICOMP_VM_CACHE/apt/lists" ] && apt_options=(
      -o "Dir::State::Lists=$PREDICOMP_VM_CACHE/apt/lists" -o "Dir::Cache=$PREDICOMP_VM_CACHE/apt")
    package=$(real_package "$package")
  fi
  unpack "$directory" "$package"
  release=$(basename "$directory.new"/lib/modules/*)
  "$(busybox)" depmod -b "$directory.new" "$release"
  rm -rf "$directory"
  mv "$directory.new" "$directory"
}

# The machine's root for AArch64: a JDK and what scripts need, from the release of Debian that has JDK 25.
# Its lists and what is installed (nothing) are kept apart from this host's.
fetch_arm64() {
  local root=$PREDICOMP_VM_CACHE/arm64 apt=$PREDICOMP_VM_CACHE/apt-arm64 each
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -r "$keyring" ] ||
    fail "There is no $keyring to check Debian's packages with: install debian-archive-keyring."
  say "fetching Debian for AArch64, 180 MB, once"
  rm -rf "$apt" "$root.new"
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root.new"
  : >"$apt/status"
  printf 'deb [signed-by=%s] %s %s main\n' \
    "$keyring" "$PREDICOMP_VM_ARM64_MIRROR" "$PREDICOMP_VM_ARM64_RELEASE" >"$apt/sources.list"
  cat >"$apt/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Debug::NoLocking "true";
END
  APT_CONFIG=$apt/apt.conf apt-get update -qq >&2 &&
    APT_CONFIG=$apt/apt.conf apt-get install -qq -y --download-only base-files bash busybox-static \
      coreutils dash grep linux-image-arm64 openjdk-25-jre-headless sed >/dev/null ||
    fail "apt-get could not download Debian $PREDICOMP_VM_ARM64_RELEASE for AArch64."
  for each in "$apt"/archives/*.deb; do
    dpkg-deb -x "$each" "$root.new"
  done
  rm -rf "$apt"
  printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n' \
    >"$root.new/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root.new/etc/group"
  "$(busybox)" depmod -b "$root.new" "$(basename "$root.new"/lib/modules/*)"
  rm -rf "$root"
  mv "$root.new" "$root"
}

fetch_tools() {
  local tools package packages=(busybox-static)
  tools=$(tools)
  package=$(qemu_package)
  if [ -z "$(find_qemu)" ]; then
    [ -z "$PREDICOMP_VM_QEMU" ] ||
      wrong "PREDICOMP_VM_QEMU is '$PREDICOMP_VM_QEMU', and there is no such program."
    say "fetching QEMU, 17 MB, once"
    (cd "$PREDICOMP_VM_CACHE" && download "$package" && rm -f "$package"_*.deb) ||
      fail "apt-get does not know the package $package."
    # What an installation would add to this machine, dependencies included.
    mapfile -t -O 1 packages < <(LC_ALL=C apt-get "${apt_options[@]}" install --simulate \
      --no-install-recommends "$package" 2>/dev/null | awk '/^Inst/ { print $2 }')
    [ ${#packages[@]} -gt 1 ] || fail "apt-get cannot say what $package depends on."
    # It looks for its modules and firmware beside itself, so also where another QEMU has them.
    mapfile -t packages < <(printf '%s\n' "${packages[@]}" qemu-system-common qemu-system-data | sort -u)
  fi
  unpack "$tools" "${packages[@]}"
  rm -rf "$tools"
  mv "$tools.new" "$tools"
}

# The file system the kernel starts with: busybox, the modules that mount the host's, guest/init.
make_initramfs() {
  local directory release image tree module
  directory=$(kernel_directory)
  release=$(kernel_release)
  image=$PREDICOMP_VM_CACHE/initramfs-$release.cpio.gz
  if [ "$image" -nt "$repository/vm/guest/init" ] && [ "$image" -nt "$directory/boot" ]; then
    printf '%s\n' "$image"
    return
  fi
  tree=$(mktemp -d)
  mkdir -p "$tree"/{bin,dev,proc,sys,newroot} "$tree/lib/modules/$release"
  cp "$(machine_busybox)" "$tree/bin/busybox"
  install -m 755 "$repository/vm/guest/init" "$tree/init"
  [ -r "$directory/lib/modules/$release/modules.dep" ] ||
    fail "There is no lib/modules/$release/modules.dep in $directory: run depmod."
  cp "$directory/lib/modules/$release"/modules.{dep,alias,symbols,builtin} "$tree/lib/modules/$release/"
  for module in 9p 9pnet_virtio overlay virtio_pci virtio_console; do
    # A line reads "module: what it needs"; what is built into the kernel has none.
    { grep -E "/$module\.ko[^ ]*:" "$directory/lib/modules/$release/modules.dep" || true; } |
      tr -d ':' | tr ' ' '\n' | while read -r file; do
      [ -z "$file" ] || install -D -m 644 "$directory/lib/modules/$release/$file" \
        "$tree/lib/modules/$release/$file"
    done
  done
  (cd "$tree" && "$(busybox)" find . | "$(busybox)" cpio -o -H newc 2>/dev/null | gzip -1) >"$image.$$"
  mv "$image.$$" "$image"
  rm -rf "$tree"
  printf '%s\n' "$image"
}

# Fetches what is missing; one script at a time.
fetch() {
  require_host
  mkdir -p "$PREDICOMP_VM_CACHE" || fail "The cache $PREDICOMP_VM_CACHE cannot be made."
  PREDICOMP_VM_CACHE=$(readlink -f "$PREDICOMP_VM_CACHE")
  exec 8>"$PREDICOMP_VM_CACHE/lock"
  flock 8
  if [ ! -x "$(busybox)" ] || [ -z "$(find_qemu)" ]; then fetch_tools; fi
  if [ "$PREDICOMP_VM_ARCH" = arm64 ] && [ ! -d "$(machine_root)" ]; then fetch_arm64; fi
  [ -n "$(find_kernel)" ] || fetch_kernel
  # shellcheck disable=SC2034 # for run.sh
  initramfs=$(make_initramfs)
  exec 8>&-
}
