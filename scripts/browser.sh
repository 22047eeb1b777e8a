#!/usr/bin/env bash
# The browser tests need Debian's chromium: root fetches it, everybody else is told.
set -euo pipefail
if command -v chromium >/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "browser: installing chromium for the browser tests" >&2
  if { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null; then
    exit 0
  fi
fi
echo "browser: there is no chromium, so the browser tests will be skipped;" \
  "install it with: sudo apt-get install chromium" >&2
