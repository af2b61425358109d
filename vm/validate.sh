#!/usr/bin/env bash
# Boots the machine and says, one line each, whether its kernel has what the lab is for.
# Exit code 0 if it has all of it. Options go to vm/run.sh: vm/validate.sh --ram-mb 1024
# shellcheck disable=SC2317 # functions that check calls
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$here/lab.sh"
help_if_asked "$@"

if [ -z "${PREDICOMP_VM:-}" ]; then
  exec "$here/run.sh" --timeout 120 "$@" -- vm/validate.sh
fi

status=0
# check NAME SENTENCE-IF-NOT COMMAND...
check() {
  local name=$1 otherwise=$2
  shift 2
  if "$@" >/dev/null 2>&1; then
    printf 'ok       %s\n' "$name"
  else
    printf 'missing  %s: %s\n' "$name" "$otherwise"
    status=1
  fi
}

damon=/sys/kernel/mm/damon/admin/kdamonds

# A kdamond of our own for a moment: nobody else uses this machine.
damon_vaddr() {
  local answer=1
  echo 1 >"$damon"/nr_kdamonds && echo 1 >"$damon"/0/contexts/nr_contexts &&
    grep -qx vaddr "$damon"/0/contexts/0/avail_operations && answer=0
  echo 0 >"$damon"/nr_kdamonds
  return "$answer"
}

# vm.unprivileged_userfaultfd exists exactly where the call does.
userfaultfd() { [ -e /proc/sys/vm/unprivileged_userfaultfd ]; }
pressure() { grep -q '^some avg10=' /proc/pressure/memory; }

printf 'kernel   %s\n' "$(uname -r)"
check BTF "/sys/kernel/btf/vmlinux is not there (CONFIG_DEBUG_INFO_BTF)" test -r /sys/kernel/btf/vmlinux
check "DAMON sysfs" "$damon is not there (CONFIG_DAMON_SYSFS)" test -w "$damon"/nr_kdamonds
check "DAMON vaddr" "virtual addresses cannot be watched (CONFIG_DAMON_VADDR)" damon_vaddr
check tracefs "no tracepoint of DAMON in /sys/kernel/tracing (CONFIG_FTRACE)" \
  test -r /sys/kernel/tracing/events/damon/damon_aggregated/format
check userfaultfd "there is no such call (CONFIG_USERFAULTFD)" userfaultfd
check zram "no device can be added (CONFIG_ZRAM)" test -e /sys/class/zram-control/hot_add
check PSI "/proc/pressure/memory cannot be read (CONFIG_PSI, psi=1)" pressure
exit "$status"
