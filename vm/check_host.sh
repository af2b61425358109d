#!/usr/bin/env bash
# Says in sentences what this host has for the VM lab and what is missing. Changes nothing.
# Exit code 0 if vm/run.sh can work, 1 if not, 2 for a setting that cannot be.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lab.sh"
help_if_asked "$@"
[ $# -eq 0 ] || wrong "vm/check_host.sh takes no options, and got '$*'."

status=0
good() { printf 'ok       %s\n' "$1"; }
note() { printf 'note     %s\n' "$1"; }
missing() {
  printf 'missing  %s\n' "$1"
  status=1
}

if [ "$(uname -s) $(uname -m)" = "Linux x86_64" ]; then
  good "Linux on x86-64."
else
  missing "The lab needs Linux on x86-64; this is $(uname -s) on $(uname -m)."
fi

debian=true
for tool in apt-get apt-cache dpkg-deb; do
  command -v "$tool" >/dev/null || debian=false
done
# from_debian THING
from_debian() {
  if $debian; then
    note "$1 will be fetched from Debian's packages on first use, into $PREDICOMP_VM_CACHE."
  else
    missing "There is no $1, and no apt-get to fetch Debian's: $2."
  fi
}

if [ -n "$PREDICOMP_VM_QEMU" ] && [ -z "$(find_qemu)" ]; then
  missing "PREDICOMP_VM_QEMU is $PREDICOMP_VM_QEMU, and there is no such program."
elif [ -n "$(find_qemu)" ]; then
  version=$(qemu --version 2>/dev/null | head -n 1) || version="which does not start"
  good "QEMU is $(find_qemu): $version."
else
  from_debian QEMU "install qemu-system-x86_64"
fi

if [ -n "$(find_kernel)" ]; then
  good "The kernel is $(find_kernel)."
elif [ -n "$PREDICOMP_VM_KERNEL_DIR" ]; then
  missing "There is no boot/vmlinuz-RELEASE in $PREDICOMP_VM_KERNEL_DIR (PREDICOMP_VM_KERNEL_DIR)."
else
  from_debian "kernel ($PREDICOMP_VM_KERNEL_PACKAGE)" "set PREDICOMP_VM_KERNEL_DIR"
fi
if [ -x "$(busybox)" ]; then good "busybox is $(busybox)."; else from_debian busybox "copy a static one there"; fi

for tool in setsid flock awk gzip mktemp readlink tail; do
  command -v "$tool" >/dev/null || missing "There is no $tool on the PATH."
done

if [ ! -e /dev/kvm ]; then
  note "There is no /dev/kvm: the machine is emulated (TCG), perhaps ten times slower."
elif [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
  note "/dev/kvm is not yours to use (join the group kvm): the machine is emulated (TCG)."
elif [ -z "$(find_qemu)" ]; then
  note "Whether /dev/kvm works can be told once there is a QEMU."
elif kvm_works; then
  good "KVM runs code."
else
  note "KVM is there and does not run code (a nested hypervisor?): the machine is emulated (TCG)."
fi

number PREDICOMP_VM_RAM_MB "$PREDICOMP_VM_RAM_MB" 256 1048576
available=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
if [ "$available" -ge $((PREDICOMP_VM_RAM_MB + 256)) ]; then
  good "$available MiB of memory are available for a machine of $PREDICOMP_VM_RAM_MB MiB."
else
  missing "Only $available MiB of memory are available for a machine of $PREDICOMP_VM_RAM_MB MiB \
(PREDICOMP_VM_RAM_MB)."
fi

directory=$PREDICOMP_VM_CACHE
while [ ! -d "$directory" ]; do directory=$(dirname "$directory"); done
if [ ! -w "$directory" ]; then
  missing "$directory cannot be written, and the cache lies there (PREDICOMP_VM_CACHE)."
else
  free=$(df -Pm "$directory" | awk 'NR == 2 { print $4 }')
  if [ "$free" -ge 600 ] || [ -n "$(find_kernel)" ]; then
    good "$free MiB of disk are free where the cache is."
  else
    missing "Only $free MiB of disk are free in $directory; the cache needs 600 (PREDICOMP_VM_CACHE)."
  fi
fi
exit "$status"
