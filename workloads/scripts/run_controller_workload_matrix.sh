#!/usr/bin/env bash
# The command "matrix" of ../../predicomp.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec "$here/../../predicomp" matrix "$@"
