#!/usr/bin/env bash
# The command "tools check" of ../../predicomp.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec "$here/../../predicomp" tools check "$@"
