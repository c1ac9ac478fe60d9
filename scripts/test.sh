#!/usr/bin/env bash
# The README's test command: types, lint, format, unused code, migrations, the console's build, then every test.
set -euo pipefail
cd "$(dirname "$0")/.."
export TZ=UTC
npm run --silent typecheck
npm run --silent lint
npm run --silent format:check
npm run --silent knip
npm run --silent db:check
npm run --silent build
npx --no-install vitest run
