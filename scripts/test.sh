#!/usr/bin/env bash
# The README's test command: types, lint, format, unused code, migrations, the console's build, then every test.
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC

steps() {
  local step
  for step in "$@"; do
    npm run --silent "$step" || { echo "npm run $step failed" >&2; return 1; }
  done
}

# Two at a time: each of these leaves a core idle for much of its time.
steps typecheck lint &
first=$!
second=0
steps format:check knip db:check build || second=$?
wait "$first"
[ "$second" -eq 0 ]

npx --no-install vitest run
