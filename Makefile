# Everything happens in .venv: nothing has to be installed by hand, and nothing outside this folder changes.
#   make train    compare SGD, AdaGrad and RMSProp on MNIST      (make train ARGS="--optimizer sgd adam")
#   make test     all tests
#   make twins    our optimizers and dialects beside PyTorch, optax and Keras, which this installs
#   make lint     format and style
#   make bench    zeronet beside its peers, about 20 minutes; writes docs/speed.md    (make bench-quick: no peers)
#   make clean    remove .venv and caches, keep results

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
PIP = .venv/bin/python -m pip --disable-pip-version-check install --quiet

.PHONY: train test twins lint bench bench-quick clean

train: .venv/ready-to-train
	.venv/bin/python train.py $(ARGS)

test: .venv/ready-to-test
	.venv/bin/python -m pytest -n auto $(ARGS)

twins: .venv/ready-for-twins
	.venv/bin/python -m pytest -n auto -k "twin or golden or dialect" $(ARGS)

lint: .venv/ready-to-lint
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m ruff check .

bench: .venv/ready-to-bench
	.venv/bin/python -m benchmarks

bench-quick: .venv/ready-to-train
	.venv/bin/python -m benchmarks.one_run quick

clean:
	rm -rf .venv .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The stamps are written last, so that an interrupted installation is done again.
.venv/ready:
	@test -n "$(PYTHON)" || { echo "zeronet needs Python 3.11 or later: install it, or name it with make PYTHON=..."; exit 2; }
	@echo "Making .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/ready-to-train: .venv/ready pyproject.toml
	@echo "Installing what zeronet needs ..."
	@$(PIP) -e ".[sample]"
	@touch $@

.venv/ready-to-test: .venv/ready-to-train
	@$(PIP) -e ".[sample,test]"
	@touch $@

.venv/ready-for-twins: .venv/ready-to-test
	@$(PIP) -e ".[sample,test,twins]"
	@touch $@

.venv/ready-to-lint: .venv/ready pyproject.toml
	@$(PIP) -e ".[lint]"
	@touch $@

.venv/ready-to-bench: .venv/ready-to-train
	@$(PIP) -e ".[sample,bench]"
	@touch $@
