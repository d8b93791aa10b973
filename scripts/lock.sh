#!/bin/sh
# Recompile requirements/*.txt from pyproject.toml: exact versions with the hashes of the public registry, for every Python the
# project supports on 64-bit Linux. Names no index, so each machine uses its own. dev.txt is solved first and holds the others to
# its versions; a version already pinned stays unless UPGRADE=1.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
tools=${TMPDIR:-/tmp}/plainview-lock-$(id -u)
[ -x "$tools/bin/uv" ] || { python3 -m venv "$tools" && "$tools/bin/pip" install -q "uv==$UV_VERSION"; }

compile() { # compile OUT ARGS...
    out=$1
    shift
    "$tools/bin/uv" pip compile --universal --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links --fork-strategy fewest --python-version 3.11 \
        ${UPGRADE:+--upgrade} --quiet --output-file "requirements/$out" "$@"
    { echo "# Made by \`make lock\` from pyproject.toml. Do not edit."; cat "requirements/$out"; } >"requirements/$out.new"
    mv "requirements/$out.new" "requirements/$out"
    echo "requirements/$out: $(grep -c '==' "requirements/$out") packages"
}

compile dev.txt pyproject.toml --extra server --extra text --group dev --group build --group node
compile base.txt pyproject.toml --constraints requirements/dev.txt
compile server.txt pyproject.toml --extra server --constraints requirements/dev.txt
compile text.txt pyproject.toml --extra text --constraints requirements/dev.txt
compile build.txt --group build --constraints requirements/dev.txt
compile quality.txt --group quality --constraints requirements/dev.txt
compile node.txt --group node --constraints requirements/dev.txt
compile peers-sim.txt --group peers-sim --constraints requirements/dev.txt
