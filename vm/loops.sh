#!/usr/bin/env bash
# Proves in the virtual machine that the background loops work with DAMON, end to end, from what mvn
# verify has built: what is cold leaves memory and is right at the end, and DAMON is given back after
# an ordinary end, SIGTERM, and a kill. A minute or two when emulated. Options go to vm/run.sh.
# shellcheck disable=SC2317 # functions that expect calls
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$here/lab.sh"
help_if_asked "$@"

if [ -z "${PREDICOMP_VM:-}" ]; then
  exec "$here/run.sh" --timeout 600 "$@" -- vm/loops.sh
fi

damon=/sys/kernel/mm/damon/admin/kdamonds
work=$(mktemp -d)
status=0
export PREDICOMP_MODULE_PATH=$built_modules

# An emulated processor compiles slowly.
export PREDICOMP_JAVA_OPTS=-XX:TieredStopAtLevel=1

# burst SECONDS [ARGUMENT...]: a run as a user makes it, on memory that DAMON watches. In a subshell,
# which becomes the run.
access=checked
burst() {
  exec "$root/predicomp" interactive_burst --json --duration-sec "$1" --region-mb 16 --workers 2 \
    --active-ms 100 --idle-ms 3000 --use-mem-arena --arena-access $access --arena-cap-mb 16 --arena-autoloops \
    --arena-t-cold-ms 200 --arena-cpu-pct 50 --arena-stall-pct 50 "${@:2}"
}

# value KEY: of the run's JSON line.
value() { json_value "$1" <"$work/out"; }

# expect WHAT COMMAND...
expect() {
  if "${@:2}"; then
    printf 'ok      %s\n' "$1"
  else
    printf 'FAILED  %s\n' "$1"
    sed 's/^/        /' "$work"/out "$work"/err
    status=1
  fi
}

at_least() { [ "${1:-0}" -ge "$2" ] 2>/dev/null; }
equal() { [ "$1" = "$2" ]; }
kdamonds() { cat "$damon/nr_kdamonds"; }
silent() { [ ! -s "$work/err" ]; }
says() { [ "$(grep -c "$1" "$work/err")" -eq 1 ]; }

# started: a run of minutes in the background, watched by DAMON; its process is in $run.
started() {
  (burst 120) >"$work/out" 2>"$work/err" &
  run=$!
  for _ in $(seq 900); do
    [ "$(cat "$damon/0/state" 2>/dev/null)" = on ] && return
    sleep 0.1
  done
  printf 'FAILED  DAMON does not begin within 90 s\n'
  status=1
}

(burst 25) >"$work/out" 2>"$work/err" || true
expect "hotness_source is damon+touches" equal "$(value hotness_source)" damon+touches
expect "nothing is said on standard error" silent
expect "snapshots: $(value arena_damon_snapshots), of $(value arena_damon_regions_observed) regions" \
  at_least "$(value arena_damon_snapshots)" 1
expect "no reading failed" equal "$(value arena_damon_read_errors)" 0
expect "pages that left memory: $(value arena_bg_compress_admits)" at_least "$(value arena_bg_compress_admits)" 100
expect "pages that are right at the end: $(value verified_pages)" equal "$(value verification)" ok
expect "no kdamond is left after an ordinary end" equal "$(kdamonds)" 0

access=transparent
(burst 25) >"$work/out" 2>"$work/err" || true
expect "on transparent memory, hotness_source is damon+probation" equal "$(value hotness_source)" damon+probation
expect "snapshots: $(value arena_damon_snapshots)" at_least "$(value arena_damon_snapshots)" 1
expect "pages that left memory: $(value arena_bg_compress_admits)" at_least "$(value arena_bg_compress_admits)" 16
expect "pages that are right at the end: $(value verified_pages)" equal "$(value verification)" ok
expect "no kdamond is left after it" equal "$(kdamonds)" 0
access=checked

started
kill -TERM "$run"
code=0
wait "$run" || code=$?
expect "SIGTERM ends a run with 143" equal "$code" 143
expect "no kdamond is left after SIGTERM" equal "$(kdamonds)" 0

started
kill -KILL "$run"
wait "$run" 2>/dev/null || true
for _ in $(seq 100); do
  [ "$(cat "$damon/0/state")" = off ] && break
  sleep 0.1
done
expect "a killed run leaves its kdamond, off" equal "$(kdamonds) $(cat "$damon/0/state")" "1 off"
(burst 1) >"$work/out" 2>"$work/err" || true
expect "the next run says so once and goes by touches" says "Process $run was killed"
expect "its hotness_source is touches" equal "$(value hotness_source)" touches
expect "and leaves that kdamond alone" equal "$(kdamonds)" 1
(burst 4 --arena-hotness damon) >"$work/out" 2>"$work/err" || true
expect "asked for DAMON by name, it says so and replaces it" says "It was replaced"
expect "hotness_source is damon+touches" equal "$(value hotness_source)" damon+touches
expect "and leaves none" equal "$(kdamonds)" 0
rm -rf "$work"
exit "$status"
