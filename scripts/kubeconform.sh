#!/usr/bin/env bash
# Holds a folder of dist/ against the schemas in crds/; see docs/checks.md, or --help.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec node "$here/with-toolchain.mjs" node "$here/../infra/platform/main.ts" kubeconform "$@"
