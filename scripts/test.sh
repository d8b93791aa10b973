#!/bin/sh
# Everything a change must pass, in the order in which it is cheapest to fail. Called by `make test`, which has set things up.
# `scripts/test.sh e2e` runs the browser tests alone. The last line is pytest's own.
set -eu
cd "$(dirname "$0")/.."
bin=${VENV:-.venv}/bin

step() { printf '\n== %s\n' "$1"; }

browser_tests() {
    step "browser tests"
    CHROMIUM=$(sh scripts/chromium.sh)
    export CHROMIUM
    echo "with $CHROMIUM"
    "$bin/python" -m pytest -q tests/e2e
}

if [ "${1:-}" = e2e ]; then
    browser_tests
    exit
fi

step "ruff"
"$bin/ruff" check .
step "imports point one way"
PYTHONPATH=src "$bin/lint-imports" --no-cache
# Types and the client keep one core busy for a minute, the tests below mostly one: beside each other, and said after them.
typed=$(mktemp)
(
    step "mypy"
    "$bin/mypy"
    step "the client's types and tests"
    "$bin/python" scripts/client.py run check
    "$bin/python" scripts/client.py run test
) >"$typed" 2>&1 &
trap 'kill $! 2>/dev/null || true; rm -f "$typed"' EXIT
step "unit, contract, golden and fault tests"
"$bin/python" -m pytest -q --ignore=tests/e2e --ignore=tests/drill --durations=10
wait $! && typed_well=0 || typed_well=$?
cat "$typed"
[ "$typed_well" = 0 ] || exit 1
browser_tests
