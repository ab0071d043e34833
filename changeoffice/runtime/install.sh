#!/usr/bin/env bash
# Makes .venv with exactly what uv.lock names. Needs Python 3.11+ and a package index: the public
# one, or the one pip is configured for on this machine. The lock's hashes decide either way.
set -euo pipefail
cd "$(dirname "$0")/../.."

ROOM_NEEDED=1200 # MB; the packages take 800

say() { echo "· $*" >&2; }

see_room() {
    local free
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge "$ROOM_NEEDED" ] && return
    echo "The disk is nearly full: $PWD has $free MB left and the packages need $ROOM_NEEDED MB." >&2
    echo "Free some space and start again; what is there so far is kept." >&2
    return 1
}

find_python() {
    local name
    for name in "${PYTHON3:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$name" ] && command -v "$name" >/dev/null || continue
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { echo "$name"; return; }
    done
    echo "The office needs Python 3.11 or newer; none was found on the PATH." >&2
    echo "Install it, or name one: PYTHON3=/path/to/python3.12 make up" >&2
    return 1
}

make_environment() {
    local python=$1
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    say "Making the virtual environment"
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "Python could not make a virtual environment. On Debian and Ubuntu that part is a" >&2
        echo "package of its own; install it with: sudo apt-get install python3-venv" >&2
        return 1
    fi
}

# Sets one of uv's variables from pip's configuration, unless it is set already.
follow_pip() {
    local variable=$1 value
    shift
    [ -n "${!variable:-}" ] && return
    for value in "$@"; do
        value=$(.venv/bin/python -m pip config get "$value" 2>/dev/null) || continue
        [ -n "$value" ] && export "$variable=$(echo $value)" && return
    done
    return 0
}

install_packages() {
    follow_pip UV_DEFAULT_INDEX :env:.index-url install.index-url global.index-url
    say "Installing packages"
    .venv/bin/uv export --quiet --frozen --no-header --no-annotate >.venv/requirements.txt
    if ! .venv/bin/uv pip sync --quiet --python .venv/bin/python \
        --require-hashes .venv/requirements.txt; then
        say "That did not work; trying once more with pip itself"
        .venv/bin/python -m pip install --quiet --require-hashes -r .venv/requirements.txt
    fi
}

see_room
python=$(find_python)
make_environment "$python"
.venv/bin/python -m pip install -qq --disable-pip-version-check \
    -r changeoffice/runtime/uv-version.txt
install_packages
