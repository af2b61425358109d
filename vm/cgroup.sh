#!/usr/bin/env bash
# Proves in the virtual machine that a run inside a cgroup of version 2 is limited by it and leaves none, from
# what mvn verify has built: after an ordinary end, SIGTERM, a refusal and a kill. About a minute when
# emulated. Options go to vm/run.sh.
# shellcheck disable=SC2317 # functions that expect calls
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=lab.sh
source "$here/lab.sh"
help_if_asked "$@"

if [ -z "${PREDICOMP_VM:-}" ]; then
  exec "$here/run.sh" --timeout 300 "$@" -- vm/cgroup.sh
fi

cgroups=/sys/fs/cgroup
own=$cgroups/squeeze
work=$(mktemp -d)
status=0
export PREDICOMP_MODULE_PATH=$built_modules PREDICOMP_JAVA_OPTS=-XX:TieredStopAtLevel=1

# As systemd does where it runs.
echo +memory >"$cgroups/cgroup.subtree_control"

# run COMMAND [ARGUMENT...]: inside the cgroup; in a subshell, which becomes the run.
run() {
  exec "$root/predicomp" "$1" --json --cgroup squeeze --memory-max 256M "${@:2}"
}

burst() {
  run interactive_burst --region-mb 16 --workers 2 --use-mem-arena --arena-cap-mb 16 --duration-sec "$1"
}

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

equal() { [ "$1" = "$2" ]; }
gone() { [ ! -e "$own" ]; }
says() { [ "$(grep -c -- "$1" "$work/err")" -eq 1 ]; }

# ended COMMAND...: its exit code, in $code.
ended() {
  code=0
  ("$@") >"$work/out" 2>"$work/err" || code=$?
}

# started SECONDS: a run in the background that has entered the cgroup; its process is in $process.
started() {
  (burst "$1") >"$work/out" 2>"$work/err" &
  process=$!
  for _ in $(seq 600); do
    grep -qx "$process" "$own/cgroup.procs" 2>/dev/null && return
    sleep 0.1
  done
  expect "a run enters its cgroup" false
}

started 2
expect "memory.max is the limit that was asked for" equal "$(cat "$own/memory.max")" $((256 << 20))
code=0
wait "$process" || code=$?
expect "the run ends well" equal "$code $(json_value verification <"$work/out")" "0 ok"
expect "and leaves no cgroup" gone

ended run fork_touch_exit --duration-sec 1
expect "children are in it, too, and gone: $(json_value forks <"$work/out") of them" equal "$code" 0
expect "and leave no cgroup" gone

ended run anon_streamer --region-mb 512
expect "a region above the limit is refused" equal "$code" 2
expect "in a sentence that names the cgroup" says "--region-mb.*$own"
expect "and leaves no cgroup" gone

started 100
kill -TERM "$process"
code=0
wait "$process" || code=$?
expect "SIGTERM ends a run with 143" equal "$code" 143
expect "and leaves no cgroup" gone

started 100
kill -KILL "$process"
wait "$process" 2>/dev/null || true
ended run fork_exit_storm
expect "what a killed run leaves is told the next" says "is empty, as a run leaves it that was killed"
expect "which does not begin" equal "$code" 2
rmdir "$own"
rm -rf "$work"
exit "$status"
