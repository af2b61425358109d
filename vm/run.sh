#!/usr/bin/env bash
# Boots a kernel with DAMON in a virtual machine, runs a command in it, and ends as the command did.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lab.sh"

usage() {
  cat <<EOF
Usage: vm/run.sh [OPTIONS] -- COMMAND [ARGUMENT...]
       vm/run.sh [OPTIONS] --shell

Boots Debian's kernel in QEMU and runs COMMAND there, as root, in /mnt/predicomp. The machine sees
this host's files (with --arch arm64 Debian's) and this repository; what it writes stays in its memory, except in /mnt/scratch.
Output, exit code and the signals INT, TERM and HUP pass through; a second signal stops the machine.
Standard input is empty, and there is no network.

  --shell              an interactive shell instead of a command (leave it with exit, or Ctrl-A X)
  --timeout SECONDS    stop the machine then, and exit with 124 (1..86400, default $PREDICOMP_VM_TIMEOUT_SEC)
  --ram-mb MIB         memory of the machine (256..1048576, default $PREDICOMP_VM_RAM_MB)
  --cpus N             its virtual CPUs (1..64, default $PREDICOMP_VM_CPUS)
  --arch amd64|arm64   the machine's processor (default $PREDICOMP_VM_ARCH); arm64 is emulated and has, instead
                       of this host's files, some of Debian's for AArch64, a JDK 25 among them
  --accel kvm|tcg|auto hardware, emulation, or whichever works (default $PREDICOMP_VM_ACCEL)
  --kernel-package P   Debian package of the kernel (default $PREDICOMP_VM_KERNEL_PACKAGE)
  --kernel-dir DIR     a kernel of your own: boot/vmlinuz-*, boot/config-* and lib/modules below DIR
  --append WORDS       more for the kernel's command line
  --scratch DIR        the host's directory that is /mnt/scratch (default vm/cache/scratch)
  --env NAME=VALUE     a variable for COMMAND; may be repeated (JAVA_HOME and TERM are passed anyway)
  --fetch              only get what is missing: kernel, QEMU, busybox
  --verbose            show the kernel's messages on standard error
  --help               this text

Exit code: the command's; 124 after the timeout; 130 after a second signal; 125 if the machine could not
be run; 2 for a wrong option. Defaults are in vm/settings.env and can be set in the environment.
EOF
}

shell=false verbose=false fetch_only=false
variables=()
while [ $# -gt 0 ]; do
  case $1 in
    --) shift && break ;;
    --help | -h) usage && exit 0 ;;
    --shell) shell=true ;;
    --verbose) verbose=true ;;
    --fetch) fetch_only=true ;;
    --timeout | --ram-mb | --cpus | --arch | --accel | --kernel-package | --kernel-dir | --append | --scratch | --env)
      [ $# -gt 1 ] || wrong "$1 needs a value."
      case $1 in
        --timeout) PREDICOMP_VM_TIMEOUT_SEC=$2 ;;
        --ram-mb) PREDICOMP_VM_RAM_MB=$2 ;;
        --cpus) PREDICOMP_VM_CPUS=$2 ;;
        --arch) PREDICOMP_VM_ARCH=$2 ;;
        --accel) PREDICOMP_VM_ACCEL=$2 ;;
        --kernel-package) PREDICOMP_VM_KERNEL_PACKAGE=$2 ;;
        --kernel-dir) PREDICOMP_VM_KERNEL_DIR=$2 ;;
        --append) PREDICOMP_VM_APPEND=$2 ;;
        --scratch) PREDICOMP_VM_SCRATCH=$2 ;;
        --env)
          [[ $2 =~ ^[A-Za-z_][A-Za-z_0-9]*= ]] || wrong "--env takes NAME=VALUE, not '$2'."
          variables+=("$2")
          ;;
      esac
      shift
      ;;
    -*) wrong "There is no option $1; vm/run.sh --help lists them." ;;
    *) wrong "Write -- before the command: vm/run.sh -- $*" ;;
  esac
  shift
done
number --timeout "$PREDICOMP_VM_TIMEOUT_SEC" 1 86400
number --ram-mb "$PREDICOMP_VM_RAM_MB" 256 1048576
number --cpus "$PREDICOMP_VM_CPUS" 1 64
case $PREDICOMP_VM_ARCH in
  amd64 | arm64) ;;
  *) wrong "--arch takes amd64 or arm64, not '$PREDICOMP_VM_ARCH'." ;;
esac
[ -z "$PREDICOMP_VM_KERNEL_DIR" ] || [ -n "$(find_kernel)" ] ||
  wrong "--kernel-dir is '$PREDICOMP_VM_KERNEL_DIR', which has no boot/vmlinuz-RELEASE (PREDICOMP_VM_KERNEL_DIR)."
[ "$PREDICOMP_VM_ARCH $PREDICOMP_VM_ACCEL" != "arm64 kvm" ] ||
  wrong "--accel kvm runs amd64 only; with --arch arm64 the machine is emulated (tcg or auto)."
case $PREDICOMP_VM_ACCEL in
  kvm | tcg | auto) ;;
  *) wrong "--accel takes kvm, tcg or auto, not '$PREDICOMP_VM_ACCEL'." ;;
esac
if ! $fetch_only; then
  $shell || [ $# -gt 0 ] || wrong "There is no command; vm/run.sh --help says how to give one."
  $shell && [ $# -gt 0 ] && wrong "--shell takes no command, and got '$*'."
  if $shell && ! { [ -t 0 ] && [ -t 1 ]; }; then wrong "--shell needs a terminal."; fi
fi

scratch=${PREDICOMP_VM_SCRATCH:-$PREDICOMP_VM_CACHE/scratch}
mkdir -p "$scratch" 2>/dev/null && [ -w "$scratch" ] ||
  wrong "--scratch is '$scratch', and no directory that can be written or made (PREDICOMP_VM_SCRATCH)."
fetch
$fetch_only && exit 0

job=$(mktemp -d)
qemu_pid=
# shellcheck disable=SC2317 # called by the trap
clean() {
  [ -z "$qemu_pid" ] || kill -KILL "$qemu_pid" 2>/dev/null || true
  rm -rf "$job"
}
trap clean EXIT

# The command as a script of bash, each word quoted.
{
  inherited=(JAVA_HOME JAVA25_HOME TERM)
  if [ "$PREDICOMP_VM_ARCH" = arm64 ]; then
    inherited=(TERM)
    printf 'export JAVA_HOME=/usr/lib/jvm/java-25-openjdk-arm64\n'
  fi
  for name in "${inherited[@]}"; do
    [ -z "${!name:-}" ] || printf 'export %s=%q\n' "$name" "${!name}"
  done
  # DAMON of the machine is nobody else's.
  printf 'export HOME=/root LANG=C.UTF-8 PREDICOMP_VM=1 PREDICOMP_DAMON=allow\n'
  for each in "${variables[@]}"; do
    printf 'export %s=%q\n' "${each%%=*}" "${each#*=}"
  done
  if $shell; then
    touch "$job/shell"
    size=$(stty size 2>/dev/null || echo 24 80)
    printf 'stty rows %s cols %s\nexec bash -i\n' "${size% *}" "${size#* }"
  else
    # Who gets the signals; see guest/init.
    printf 'echo $$ >/run/predicomp/pid\nexec'
    printf ' %q' "$@"
    printf '\n'
  fi
} >"$job/command"

accel=$(accelerator)
terminal=ttyS0
if [ "$PREDICOMP_VM_ARCH" = arm64 ]; then
  # Signing pointers in earnest would take half of the time.
  machine=(-machine virt -accel "tcg,thread=multi" -cpu "max,pauth-impdef=on")
  terminal=ttyAMA0
elif [ "$accel" = kvm ]; then
  machine=(-accel kvm -cpu host)
else
  machine=(-accel "tcg,thread=multi" -cpu max)
fi
machine+=(-m "$PREDICOMP_VM_RAM_MB" -smp "$PREDICOMP_VM_CPUS" -no-reboot -nic none)
machine+=(-kernel "$(find_kernel)" -initrd "$initramfs")
append="console=$terminal panic=-1 predicomp.timeout=$PREDICOMP_VM_TIMEOUT_SEC"
$verbose || append="$append quiet"
# On the terminal even errors of the kernel would be in the way; those that stop it are shown.
if $shell && ! $verbose; then append="$append loglevel=3"; fi
machine+=(-append "$append $PREDICOMP_VM_APPEND")

# share TAG DIRECTORY OPTIONS
share() {
  # A comma ends a value, two stand for one.
  machine+=(-virtfs "local,path=${2//,/,,},mount_tag=$1,security_model=none,multidevs=remap$3")
}
share root "$(machine_root)" ,readonly=on
share repository "$repository" ,readonly=on
share kernel "$(kernel_directory)" ,readonly=on
share scratch "$(readlink -f "$scratch")" ""
share job "$job" ""

if $shell; then
  machine+=(-serial mon:stdio)
else
  machine+=(-serial "file:$job/console" -device virtio-serial-pci)
  for port in out err signal; do
    mkfifo "$job/$port.in" "$job/$port.out"
    machine+=(-chardev "pipe,id=$port,path=$job/$port" -device "virtserialport,chardev=$port,name=$port")
  done
fi
say "booting $(kernel_release) with $accel, $PREDICOMP_VM_CPUS CPUs, $PREDICOMP_VM_RAM_MB MiB"

if $shell; then
  (qemu "${machine[@]}") || fail "QEMU ended with exit code $?."
  exit "$(cat "$job/exit" 2>/dev/null || echo 125)"
fi

# Held open here, so that the readers end when QEMU has, and not before it began.
exec 5<>"$job/out.out" 6<>"$job/err.out" 7<>"$job/signal.in"
cat "$job/out.out" 5>&- 6>&- 7>&- &
readers=($!)
cat "$job/err.out" >&2 5>&- 6>&- 7>&- &
readers+=($!)
# A session of its own: the terminal's Ctrl-C is for the command inside, which we pass it.
export -f qemu find_qemu qemu_name tools
export PREDICOMP_VM_CACHE PREDICOMP_VM_QEMU PREDICOMP_VM_ARCH
setsid bash -c 'qemu "$@"' qemu "${machine[@]}" 5>&- 6>&- 7>&- </dev/null >"$job/qemu" 2>&1 &
qemu_pid=$!
if $verbose; then
  touch "$job/console"
  tail -f -n +1 --pid="$qemu_pid" "$job/console" >&2 5>&- 6>&- 7>&- &
fi

# The first signal is for the command inside, the second for the machine: the first comes to nothing
# while it boots, and to little if the command does not end.
signals=0
# shellcheck disable=SC2317 # called by the traps
pass() {
  signals=$((signals + 1))
  if [ "$signals" -eq 1 ]; then echo "$1" >&7; else kill -KILL "$qemu_pid" 2>/dev/null || true; fi
}
for name in INT TERM HUP; do
  # shellcheck disable=SC2064 # now
  trap "pass $name" "$name"
done

deadline=$((SECONDS + PREDICOMP_VM_TIMEOUT_SEC))
timed_out=false
while kill -0 "$qemu_pid" 2>/dev/null; do
  sleep 1 5>&- 6>&- 7>&- &
  tick=$!
  wait -n "$qemu_pid" "$tick" 2>/dev/null || true
  kill "$tick" 2>/dev/null || true
  if [ "$SECONDS" -ge "$deadline" ]; then
    # Once to end the command, whose last words are worth having; then the machine.
    if ! $timed_out; then
      timed_out=true
      deadline=$((SECONDS + 5))
      echo TERM >&7
    else
      kill -KILL "$qemu_pid" 2>/dev/null || true
    fi
  fi
done
wait "$qemu_pid" 2>/dev/null || true
qemu_pid=
exec 5>&- 6>&- 7>&-
wait "${readers[@]}" 2>/dev/null || true

if $timed_out; then
  say "stopped after $PREDICOMP_VM_TIMEOUT_SEC seconds (--timeout)"
  exit 124
fi
if [ ! -s "$job/exit" ] && [ "$signals" -gt 1 ]; then
  say "stopped by the second signal"
  exit 130
fi
if [ ! -s "$job/exit" ]; then
  tail -n 5 "$job/qemu" >&2
  $verbose || tail -n 30 "$job/console" >&2 2>/dev/null || true
  fail "The machine ended before the command did; its last messages are above."
fi
exit "$(cat "$job/exit")"
