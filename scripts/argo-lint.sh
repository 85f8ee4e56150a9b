#!/usr/bin/env bash
# Lints what Argo Workflows will run; see docs/checks.md, or --help.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec node "$here/with-toolchain.mjs" node "$here/../infra/platform/main.ts" argo-lint "$@"
