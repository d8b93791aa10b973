# Two commands are all one needs: `make run` and `make test`. `make help` lists the rest.
# Needs Python >= 3.11 with venv, git and make, on Linux with glibc. PORT, HOST and PLAINVIEW_DATA_DIR pass through to the service.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
SHELL := /bin/sh
VENV ?= .venv
export VENV
PY := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
STATIC := src/plainview/app/static
CLIENT_SOURCES := $(shell find client -name node_modules -prune -o -type f -print 2>/dev/null)
ARGS ?=
# Two drills have peers to install, and two of the benchmarks.
WITH_PEERS := closed_loop weeks large_slates learning
PEERS := $(if $(ARGS),$(if $(filter $(WITH_PEERS),$(ARGS)),$(STAMPS)/peers-sim),$(STAMPS)/peers-sim)

.PHONY: help run test quick e2e fresh drill bench bench-quality lint format types lock client reset

help: ## list what can be made
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

run: $(STAMPS)/server $(STAMPS)/link $(STATIC)/index.html ## start the service with its demonstration videos and print its address
	@exec $(VENV)/bin/plainview up --demo $(ARGS)

test: $(STAMPS)/dev $(STAMPS)/link $(STATIC)/index.html ## everything a change must pass, browser tests included
	@sh scripts/test.sh

quick: $(STAMPS)/dev $(STAMPS)/link ## the Python tests alone, without the browser
	@$(PY) -m pytest -q --ignore=tests/e2e --ignore=tests/drill $(ARGS)

e2e: $(STAMPS)/dev $(STAMPS)/link $(STATIC)/index.html ## the service's own tests alone: over HTTP, and in the browser
	@sh scripts/test.sh e2e

fresh: ## prove the two commands on a bare machine: clone, empty home, ordinary user, nothing else on PATH
	@$(or $(PYTHON_BIN),python3) scripts/fresh.py $(ARGS)

drill: $(STAMPS)/dev $(STAMPS)/link $(STATIC)/index.html $(PEERS) ## the long proofs; their last output is committed beside them
	@sh scripts/drill.sh $(ARGS)

bench: $(STAMPS)/dev $(STAMPS)/link $(STATIC)/index.html $(PEERS) ## measure, and write the figures into bench/
	@$(PY) -m bench $(ARGS)

# With modes in ARGS (A SA) it prints only; whole it writes the figures. In the surroundings that `bench` gives, or columns come out otherwise: some are
# rounded from what BLAS adds up.
bench-quality: $(STAMPS)/quality $(STAMPS)/link ## the recommender on a real log beside its peers (PLAINVIEW_DATA says where the log is)
	@$(if $(ARGS),env -u OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PY) -m bench.kuairand $(ARGS),$(PY) -m bench kuairand)

lint: $(STAMPS)/dev ## ruff, and the one way imports may point
	@$(VENV)/bin/ruff check .
	@PYTHONPATH=src $(VENV)/bin/lint-imports

format: $(STAMPS)/dev ## lay the Python out
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

types: $(STAMPS)/dev $(STAMPS)/npm ## mypy strict, and the client's types
	@$(VENV)/bin/mypy
	@$(PY) scripts/client.py run check

lock: ## pin every Python package again, with hashes (UPGRADE=1 takes newer versions)
	@sh scripts/lock.sh

client: $(STATIC)/index.html ## build the browser app

reset: $(STAMPS)/server $(STAMPS)/link ## forget all videos, viewers and receipts of the data folder (asks first)
	@exec $(VENV)/bin/plainview reset $(ARGS)

# ------------------------------------------------------------------------------------------- what is set up once
# A stamp is newer than what it was made from, so the second start does nothing here.

$(STAMPS)/server: requirements/server.txt requirements/build.txt
	@sh scripts/bootstrap.sh install server build
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.txt
	@sh scripts/bootstrap.sh install dev
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/server

$(STAMPS)/quality: requirements/quality.txt | $(STAMPS)/dev
	@sh scripts/bootstrap.sh install quality
	@touch $@

$(STAMPS)/peers-sim: requirements/peers-sim.txt | $(STAMPS)/dev
	@sh scripts/bootstrap.sh install peers-sim
	@touch $@

$(STAMPS)/link: pyproject.toml | $(STAMPS)/server
	@sh scripts/bootstrap.sh link
	@touch $@

$(STAMPS)/npm: client/package-lock.json | $(STAMPS)/server
	@$(PY) scripts/client.py node >/dev/null || sh scripts/bootstrap.sh install node
	@echo "plainview: installing the browser app's packages"
	@$(PY) scripts/client.py install
	@touch $@

$(STATIC)/index.html: $(STAMPS)/npm $(CLIENT_SOURCES)
	@echo "plainview: building the browser app"
	@$(PY) scripts/client.py build
	@touch $@
