#!/usr/bin/env bash
# The command "external sysbench" of ../../predicomp.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec "$here/../../predicomp" external sysbench "$@"
