#!/usr/bin/env bash
# Builds the three images with docker, podman or buildah, whichever works here; see docs/images.md, or --help.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec node "$here/with-toolchain.mjs" node "$here/images/main.ts" "$@"
