#!/usr/bin/env bash
# Makes .venv and fills it with exactly what requirements/{runtime,dev}.txt pins, then Venturi itself.
# Called by the Makefile; PYTHON picks the interpreter. Safe to run again and again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.venv
wanted=${1:?usage: install.sh runtime|dev}
# A developer's environment must not lose its tools to `make demo`.
if [ "$wanted" = runtime ] && [ -e $venv/.installed-dev ]; then wanted=dev; fi

say() { printf '%s\n' "$*" >&2; }
die() { say "install: $*"; exit 1; }

find_python() {
  local name names=(python3 python3.14 python3.13 python3.12 python3.11)
  if [ -n "${PYTHON:-}" ]; then names=("$PYTHON"); fi
  for name in "${names[@]}"; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  die "Python 3.11 or newer is needed and ${PYTHON:-python3} is not one;" \
    "install it, or say where it is: make PYTHON=/path/to/python3.12"
}

# Some distributions leave ensurepip out of Python: each way around it that needs no download of ours.
make_venv() {
  local python=$1 version
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv $venv
  elif "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --without-pip $venv
  elif "$python" -m virtualenv --version >/dev/null 2>&1; then
    "$python" -m virtualenv --quiet $venv
  elif command -v uv >/dev/null; then
    uv venv --quiet --seed --python "$python" $venv
  elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    say "install: this Python has no ensurepip; installing the package python$version-venv"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
      apt-get -qq install -y --no-install-recommends "python$version-venv"; } >/dev/null ||
      die "apt-get could not install python$version-venv; install it and run make again"
    "$python" -m venv $venv
  else
    die "this Python can make no virtual environment (ensurepip is missing);" \
      "install it (Debian, Ubuntu: sudo apt-get install python3-venv) and run make again"
  fi
}

# pip is only used to fetch uv, by hash; uv does the rest.
install_uv() {
  local python=$1
  if $venv/bin/python -m pip --version >/dev/null 2>&1; then
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
      -r requirements/uv.txt
  else
    "$python" -m pip --python $venv/bin/python install --quiet --disable-pip-version-check \
      --require-hashes -r requirements/uv.txt
  fi
}

python=$(find_python)
if ! $venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  # Also the case of a folder that was moved or whose interpreter was upgraded away.
  rm -rf $venv
  say "install: making .venv with $("$python" --version)"
  make_venv "$python"
fi
pinned=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements/uv.txt)
if [ "$($venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$pinned" ]; then
  say "install: fetching uv $pinned"
  install_uv "$python"
fi

say "install: $wanted requirements"
export VIRTUAL_ENV=$PWD/$venv UV_LINK_MODE=${UV_LINK_MODE:-copy}
$venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes "requirements/$wanted.txt"
# The build hook makes the web user interface when it is stale: the longest part, the first time.
if [ -z "${VENTURI_SKIP_UI:-}" ]; then say "install: Venturi and its web user interface"; fi
rm -f src/venturi/ui_dist/.failed
if [ "$wanted" = dev ]; then export VENTURI_UI_CHECKS=1; fi
$venv/bin/uv pip install --quiet --no-deps --build-constraints requirements/build.txt --editable .
if [ -e src/venturi/ui_dist/.failed ]; then
  say "install: the web user interface could not be built, and the server will say so; why:"
  tail -n 8 src/venturi/ui_dist/.failed >&2
fi
touch $venv/.installed-runtime
if [ "$wanted" = dev ]; then touch $venv/.installed-dev; fi
