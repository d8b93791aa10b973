#!/bin/sh
# Everything a change must pass, in the order in which it is cheapest to fail. Called by `make test`, which has set things up.
# `scripts/test.sh PART` runs one part: lint, units, others, service, browser, or e2e, which is the last two.
set -eu
cd "$(dirname "$0")/.."
bin=${VENV:-.venv}/bin

step() { printf '\n== %s\n' "$1"; }
tests() { "$bin/python" -m pytest -q --durations=5 "$@"; }

# Two parts at once, one a core. What the second says comes after the first, and both are waited for, so a failure is read last.
side_by_side() {
    words=$(mktemp)
    setsid sh scripts/test.sh "$2" >"$words" 2>&1 &
    second=$!
    trap 'kill -- "-$second" 2>/dev/null || true; rm -f "$words"' EXIT
    trap 'exit 130' INT TERM
    sh scripts/test.sh "$1" && first_passed=yes || first_passed=no
    wait "$second" && second_passed=yes || second_passed=no
    cat "$words"
    rm -f "$words"
    trap - EXIT INT TERM
    [ "$first_passed$second_passed" = yesyes ] || { echo "failed: see above"; exit 1; }
}

case ${1:-all} in
all)
    sh scripts/test.sh lint
    side_by_side units others
    sh scripts/test.sh e2e
    ;;
lint)
    step "ruff"
    "$bin/ruff" check .
    step "imports point one way"
    PYTHONPATH=src "$bin/lint-imports" --no-cache
    ;;
units)
    step "unit tests"
    tests --ignore=tests/e2e --ignore=tests/drill --ignore=tests/contract --ignore=tests/golden --ignore=tests/fault
    ;;
others)
    step "mypy"
    "$bin/mypy"
    step "the client's types and tests"
    "$bin/python" scripts/client.py run check
    "$bin/python" scripts/client.py run test
    step "contract, golden and fault tests"
    tests tests/contract tests/golden tests/fault
    ;;
e2e)
    CHROMIUM=$(sh scripts/chromium.sh)
    export CHROMIUM
    side_by_side browser service
    ;;
browser)
    step "browser tests"
    echo "with $CHROMIUM"
    tests tests/e2e/browser
    ;;
service)
    step "the service's tests over HTTP"
    tests tests/e2e --ignore=tests/e2e/browser
    ;;
*)
    echo "no such part: $1" >&2
    exit 2
    ;;
esac
