#!/bin/sh
# Make the virtual environment and install the pinned packages that a task needs.
#
#   scripts/bootstrap.sh check             refuse a machine this cannot work on, and say why
#   scripts/bootstrap.sh venv              the same, then make $VENV if it is missing or broken
#   scripts/bootstrap.sh install FILE...   the same, then install requirements/FILE.txt by hash
#   scripts/bootstrap.sh link              put `plainview` of this checkout into $VENV/bin
#
# VENV (.venv) is where; PYTHON_BIN picks one interpreter instead of searching PATH. Indexes, proxies and certificates are pip's
# own affair: this names none.
set -eu
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}

fail() {
    printf '\nplainview: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

check_machine() {
    system=$(uname -s)
    machine=$(uname -m)
    [ "$system" = Linux ] || fail "this runs on Linux, and this machine says $system." \
        "A Linux machine, a virtual one or a container (Debian, Ubuntu, Fedora ...) will do."
    case $machine in
    x86_64 | aarch64) ;;
    *) fail "this runs on x86-64 and aarch64, and this processor says $machine." ;;
    esac
    getconf GNU_LIBC_VERSION >/dev/null 2>&1 || fail "this needs glibc, and this Linux uses another C library." \
        "Alpine and other musl systems have no ready-made packages for it. Use a Debian, Ubuntu or Fedora machine or container."
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# The newest name first would pick versions nobody tried; `python3` is what the machine's owner chose.
find_python() {
    for name in ${PYTHON_BIN:-python3 python3.11 python3.12 python3.13 python3.14 python}; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no python3")
    fail "Python 3.11 or newer is needed, and PATH has $found." \
        "Debian 12, Ubuntu 24.04 and Fedora 37 or later have it: install python3 and python3-venv." \
        "If it is elsewhere, name it: make run PYTHON_BIN=/path/to/python3.11"
}

make_venv() {
    [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c 'import pip' >/dev/null 2>&1 && is_new_enough "$VENV/bin/python" && return
    python=$(find_python) || exit 1
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 || fail "this Python cannot make virtual environments." \
        "Debian and Ubuntu keep that apart: apt-get install python3-venv   (as root, or with sudo)"
    echo "plainview: making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV" || fail "could not make $VENV." "Is this folder writable, and is there disk space?"
}

install_pinned() {
    for name in "$@"; do
        case $name in # as measured for Python 3.11 on x86-64
        server) size="about 205 MB to download" ;;
        node) size="about 60 MB: this machine has no Node to build the browser app with" ;;
        text) size="about 30 MB" ;;
        dev) size="about 380 MB, less what is here already" ;;
        *) size="small" ;;
        esac
        echo "plainview: installing requirements/$name.txt, pinned by hash ($size)"
        # With somebody watching, pip shows how far it is; in a log it would only be long.
        quiet=--quiet
        [ ! -t 1 ] || quiet=--progress-bar=on
        "$VENV/bin/python" -m pip install "$quiet" --disable-pip-version-check --no-input --only-binary :all: \
            --require-hashes --requirement "requirements/$name.txt" ||
            fail "could not install requirements/$name.txt." \
                "Without a network, or behind a proxy or a mirror, set pip's own variables (PIP_INDEX_URL, HTTPS_PROXY, PIP_CERT)." \
                "A hash that does not match means the download is not what was tested: do not work around it."
    done
}

link_checkout() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
}

check_machine
case ${1:-} in
check) ;;
venv) make_venv ;;
install)
    shift
    make_venv
    install_pinned "$@"
    ;;
link)
    make_venv
    link_checkout
    ;;
*) fail "usage: scripts/bootstrap.sh check | venv | install FILE... | link" ;;
esac
