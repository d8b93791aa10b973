#!/bin/sh
# Print the path of a Chromium that starts, for the browser tests. Looks at $CHROMIUM, then PATH; where there is none and apt-get
# may be used without a password (as root, or through sudo), installs Debian's and says so. Else says what to do and exits 1.
set -eu

say() { printf '%s\n' "$*" >&2; }

works() { "$1" --version >/dev/null 2>&1; } # Ubuntu's /usr/bin/chromium-browser can be a stub that asks for a snap

find_one() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name") && works "$path" && echo "$path" && return
    done
    return 1
}

if [ -n "${CHROMIUM:-}" ]; then
    path=$(command -v "$CHROMIUM") && works "$path" && echo "$path" && exit
    say "plainview: CHROMIUM=$CHROMIUM does not start. Point it at a Chromium or Chrome, or unset it."
    exit 1
fi

find_one && exit

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
        sudo="sudo -n"
    else
        sudo=no
    fi
    if [ "$sudo" != no ]; then
        say "plainview: no Chromium here; installing the package 'chromium' with apt-get (about 300 MB)"
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || true # an old list may still do
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2 || true
        find_one && exit
    fi
fi

say "plainview: the browser tests need Chromium, there is none on PATH, and it cannot be installed from here."
say "  Debian, Ubuntu:  sudo apt-get install chromium        Fedora:  sudo dnf install chromium"
say "  Or name one:     make test CHROMIUM=/path/to/chrome"
say "  Without it:      make quick   (all the Python tests but the browser's)"
exit 1
