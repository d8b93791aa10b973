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
# Two lines of work, one a core. What the second says comes after the first, so a failure is read last.
second=$(mktemp)
(
    step "mypy"
    "$bin/mypy"
    step "the client's types and tests"
    "$bin/python" scripts/client.py run check
    "$bin/python" scripts/client.py run test
    step "contract, golden and fault tests"
    "$bin/python" -m pytest -q tests/contract tests/golden tests/fault --durations=5
) >"$second" 2>&1 &
trap 'kill $! 2>/dev/null || true; rm -f "$second"' EXIT
step "unit tests"
"$bin/python" -m pytest -q --ignore=tests/e2e --ignore=tests/drill --ignore=tests/contract --ignore=tests/golden --ignore=tests/fault --durations=5
wait $! && second_passed=yes || second_passed=no
cat "$second"
[ "$second_passed" = yes ] || exit 1
browser_tests
