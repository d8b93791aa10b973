#!/bin/sh
# The long proofs: each tests/drill/NAME.py is a program that prints what it proved and exits 0, or says what failed and exits 1.
# What it printed becomes docs/drills/NAME.txt, under the commit and the machine it ran on. `make drill ARGS="replay"` runs one.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
mkdir -p docs/drills
unset OPENBLAS_CORETYPE # some machines set it; a drill that wants one says so itself

failed=
for program in tests/drill/*.py; do
    name=$(basename "$program" .py)
    case $name in _* | conftest | '*') continue ;; esac
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    kept=docs/drills/$name.txt
    {
        echo "$name, run by \`make drill\`"
        echo "commit   $(git rev-parse --short HEAD 2>/dev/null || echo unknown)$(git diff --quiet HEAD 2>/dev/null || echo ', with changes')"
        echo "machine  $(uname -m), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $("$python" --version)"
        echo
    } >"$kept.new"
    printf '\n== %s\n' "$name"
    began=$(date +%s)
    if { "$python" -m "tests.drill.$name" 2>&1 || echo "FAILED with $?"; } | tee -a "$kept.new" && ! tail -n 1 "$kept.new" | grep -q '^FAILED with'; then
        printf '\nheld, in %s s\n' "$(($(date +%s) - began))" | tee -a "$kept.new"
        mv "$kept.new" "$kept"
    else
        failed="$failed $name"
        mv "$kept.new" "$kept.failed"
        echo "what it printed: $kept.failed"
    fi
done
[ -z "$failed" ] || { echo "drills that did not hold:$failed"; exit 1; }
