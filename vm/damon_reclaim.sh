#!/usr/bin/env bash
# Compares, in a virtual machine, ways to run the same workloads: plain, plain while DAMON_RECLAIM's scheme
# pages cold memory out to zram, with its quota of bytes and without, and on the arena with background loops,
# by either access.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$here/lab.sh"

all="bursts streamer skewed"
seconds=150 region=64 rounds=1 idle=9000 cold=500 cpu=50 stall=5 fill=ratio=2 out= ways=reclaim,tuned,unbounded,checked,transparent
usage() {
  cat <<EOF
Usage: vm/damon_reclaim.sh [OPTIONS] [CASE]... [-- OPTIONS OF vm/run.sh]

Runs each case in a machine of its own, in turn plain, with DAMON_RECLAIM (reclaim), with DAMON_RECLAIM without
its quota of 128 MiB a second (unbounded) or with one that follows memory pressure (tuned, or tuned-P for P
percent of the time), and on the arena, checked and transparent. A table goes to standard error, and a line of JSON for each case to standard output.
Build before: ./predicomp --version.

  bursts     interactive_burst, a second active, then idle
  streamer   anon_streamer, a pass, then idle
  skewed     random_touch_heap, zipf:0.99, 2000 touches a second
             (default: $all)

  --out FILE         append the lines of JSON to FILE as well, for ./predicomp report
  --duration-sec N   of each run, half of that if plain; figures are of two fifths of it, the
                     last ones (30..300, default $seconds)
  --region-mb N      of each run (16..1024, default $region)
  --idle-ms N        between bursts or passes (1000..30000, default $idle)
  --ways LIST        of plain,reclaim,tuned,tuned-P,unbounded,checked,transparent; plain is always among them
                     (default: all)
  --fill FILL        contents: ratio=R, json, mixed_50_50, repetitive or unique (default $fill)
  --rounds N         of all of them (1..9, default $rounds)
  --cold-ms N        age of cold memory: DAMON's age, --arena-t-cold-ms (100..60000, default $cold)
  --cpu-pct N        of a core that may be spent: DAMON's quota, --arena-cpu-pct (1..50, default $cpu)
  --stall-pct N      --arena-stall-pct, and the pressure that tuned aims at (1..50, default $stall)
  --help             this text

An emulated processor is five to twenty times slower: a quota or a stall target of a real one would let
neither do anything, and the loops need about ten bursts or passes to learn. On a machine without other work
only. The arena goes by touches, DAMON is left to the others. With -- --scratch DIR --env TRACE=/mnt/scratch/FILE
the arena's time series are kept in DIR, as FILE-checked and FILE-transparent.
EOF
}

cases=()
while [ $# -gt 0 ]; do
  case $1 in
    --) shift && break ;;
    --help | -h) usage && exit 0 ;;
    --duration-sec | --region-mb | --idle-ms | --rounds | --cold-ms | --cpu-pct | --stall-pct | --ways | --fill | --out)
      [ $# -gt 1 ] || wrong "$1 needs a value."
      case $1 in
        --duration-sec) number "$1" "$2" 30 300 && seconds=$2 ;;
        --region-mb) number "$1" "$2" 16 1024 && region=$2 ;;
        --idle-ms) number "$1" "$2" 1000 30000 && idle=$2 ;;
        --rounds) number "$1" "$2" 1 9 && rounds=$2 ;;
        --cold-ms) number "$1" "$2" 100 60000 && cold=$2 ;;
        --cpu-pct) number "$1" "$2" 1 50 && cpu=$2 ;;
        --stall-pct) number "$1" "$2" 1 50 && stall=$2 ;;
        --ways)
          [[ $2 =~ ^((plain|reclaim|tuned(-[1-9][0-9]?)?|unbounded|checked|transparent)(,|$))+$ ]] ||
            wrong "--ways takes a list of plain, reclaim, tuned, tuned-1 to tuned-99, unbounded, checked, transparent, not '$2'."
          ways=$2
          ;;
        --fill)
          [[ $2 =~ ^(ratio=[0-9.]+|json|mixed_50_50|repetitive|unique)$ ]] ||
            wrong "--fill takes ratio=R, json, mixed_50_50, repetitive or unique, not '$2'."
          fill=$2
          ;;
        --out) touch "$2" 2>/dev/null || wrong "--out is '$2', which cannot be written."; out=$2 ;;
      esac
      shift
      ;;
    -*) wrong "There is no option $1; vm/damon_reclaim.sh --help lists them." ;;
    *)
      [[ " $all " == *" $1 "* ]] || wrong "There is no case $1; cases are $all."
      cases+=("$1")
      ;;
  esac
  shift
done
[ ${#cases[@]} -gt 0 ] || read -ra cases <<<"$all"
selected=plain
for each in ${ways//,/ }; do
  [[ " $selected " == *" $each "* ]] || selected+=" $each"
done
[ -d "$repository/workloads/target/launcher-modules" ] ||
  wrong "predicomp is not built: run ./predicomp --version first."

PREDICOMP_VM_ACCEL=$(accelerator)
export PREDICOMP_VM_ACCEL
processor=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
for each in "${cases[@]}"; do
  # DAMON sees a small machine's memory more finely.
  "$here/run.sh" --ram-mb 1024 --timeout $((rounds * 6 * (seconds + 120) + 60)) \
    --env "HOST=$processor, QEMU with $PREDICOMP_VM_ACCEL" --env "HOST_LOAD=$(cat /proc/loadavg)" "$@" -- \
    vm/guest/reclaim "$each" "$seconds" "$region" "$rounds" "$idle" "$cold" "$cpu" "$stall" "$fill" "$selected" |
    if [ -n "$out" ]; then tee -a "$out"; else cat; fi
done
