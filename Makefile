# Everything happens in .venv: nothing has to be installed by hand, and nothing outside this folder changes. What is
# installed there are the versions in constraints.txt.
#   make train    compare SGD, AdaGrad and RMSProp on MNIST      (make train ARGS="--optimizer sgd adam")
#   make test     all tests                                      (make test-fast: without the slow ones)
#   make twins    our optimizers and dialects beside PyTorch, optax and Keras, which this installs
#   make lint     format, style and types
#   make docs     the documentation site, in docs/_build/html: warnings and dead links are errors
#   make explorer   write docs/explorer.html from the rules and landscapes of the code
#   make bench    zeronet beside its peers, about 20 minutes; writes docs/speed.md    (make bench-quick: no peers)
#   make lock     write constraints.txt: the newest versions that pyproject.toml allows, for every Python from 3.11 on
#   make test-newest    all tests with the newest versions instead, in .venv-newest
#   make test-all       all tests with several versions of Python, which uv fetches if it can: PYTHONS="3.11 3.13"
#   make clean    remove all environments, caches and the site, keep results

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
PIP = -m pip --disable-pip-version-check install --quiet
INSTALL = .venv/bin/python $(PIP) -c constraints.txt
PYTHONS ?= 3.11 3.13

.PHONY: train test test-fast test-newest test-all twins lint docs explorer bench bench-quick lock clean

train: .venv/ready-to-train
	.venv/bin/python train.py $(ARGS)

test: .venv/ready-to-test
	.venv/bin/python -m pytest -n auto --dist worksteal $(ARGS)

test-fast: .venv/ready-to-test
	.venv/bin/python -m pytest -n auto --dist worksteal -m "not slow" $(ARGS)

test-newest: .venv/ready
	@.venv/bin/python -m venv --clear .venv-newest
	@.venv-newest/bin/python $(PIP) -e ".[sample,test]"
	.venv-newest/bin/python -m pytest -n auto --dist worksteal $(ARGS)

test-all: .venv/ready
	@.venv/bin/python $(PIP) uv
	@set -e; for version in $(PYTHONS); do \
		.venv/bin/uv venv --quiet --clear --python $$version .venv-$$version; \
		.venv/bin/uv pip install --quiet --python .venv-$$version -c constraints.txt -e ".[sample,test]"; \
		echo "Python $$version"; .venv-$$version/bin/python -m pytest -n auto --dist worksteal $(ARGS); \
	done

twins: .venv/ready-for-twins
	.venv/bin/python -m pytest -n auto --dist worksteal -k "twin or golden or dialect" $(ARGS)

lint: .venv/ready-to-lint
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy zeronet
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

docs: .venv/ready-for-docs
	.venv/bin/python -m sphinx --quiet --fail-on-warning --keep-going --jobs auto --builder html \
		--doctree-dir docs/_build/doctrees docs docs/_build/html

explorer: .venv/ready-to-train
	.venv/bin/python -m zeronet.lab.web.explorer docs/explorer.html

bench: .venv/ready-to-bench
	.venv/bin/python -m benchmarks

bench-quick: .venv/ready-to-train
	.venv/bin/python -m benchmarks.one_run quick

# PyTorch's own packages for graphics cards stay free: its builds for the processor do without.
lock: .venv/ready
	@.venv/bin/python $(PIP) --upgrade uv
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --no-annotate --no-header \
		pyproject.toml -o .venv/lock
	@{ echo "# Made by make lock."; grep -Ev "^(cuda|nvidia|triton)" .venv/lock; } > constraints.txt

clean:
	rm -rf .venv .venv-* .pytest_cache .ruff_cache docs/_build docs/generated
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamps are written last, so that an interrupted installation is done again.
.venv/ready:
	@test -n "$(PYTHON)" || { echo "zeronet needs Python 3.11 or later: install it, or name it with make PYTHON=..."; exit 2; }
	@echo "Making .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/ready-to-train: .venv/ready pyproject.toml constraints.txt
	@echo "Installing what zeronet needs ..."
	@$(INSTALL) -e ".[sample]"
	@touch $@

.venv/ready-to-test: .venv/ready-to-train
	@$(INSTALL) -e ".[sample,test]"
	@touch $@

.venv/ready-for-twins: .venv/ready-to-test
	@$(INSTALL) -e ".[sample,test,twins]"
	@touch $@

.venv/ready-to-lint: .venv/ready pyproject.toml constraints.txt
	@$(INSTALL) -e ".[lint]"
	@touch $@

.venv/ready-for-docs: .venv/ready-to-train
	@$(INSTALL) -e ".[sample,docs]"
	@touch $@

.venv/ready-to-bench: .venv/ready-to-train
	@$(INSTALL) -e ".[sample,bench]"
	@touch $@
