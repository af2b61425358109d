#!/usr/bin/env bash
# The command "external stress-ng" of ../../predicomp.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec "$here/../../predicomp" external stress-ng "$@"
