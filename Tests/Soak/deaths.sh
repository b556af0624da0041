#!/usr/bin/env bash
# The long versions of two end-to-end tests: 10,000 kills (about 100 minutes) and 500 power cuts.
set -euo pipefail
cd "$(dirname "$0")/../.."
NEEDLETAIL_KILLS=${NEEDLETAIL_KILLS:-10000} Tests/EndToEnd/kills.sh
NEEDLETAIL_CUTS=${NEEDLETAIL_CUTS:-500} Tests/EndToEnd/power_cut.sh
