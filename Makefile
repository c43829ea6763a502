# Each target sets up what it needs: a virtual environment in the checkout, and packages of the system
# where they are missing. Only Python 3.11 or newer and make are needed beforehand.

VENV ?= .venv
BIN := $(VENV)/bin
# The interpreter to use: PYTHON=… says which; otherwise python3, or the first newer one on the PATH.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: demo test versions generate lint bench fuzz clean
.DEFAULT_GOAL := demo

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say where it is with PYTHON=…"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What users of the gateway have, and nothing else.
$(VENV)/.gateway: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[gateway]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.gateway

demo: $(VENV)/.gateway
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev chromium $(BIN)/nginx $(BIN)/zsh $(BIN)/fish
	$(BIN)/python -m pytest -n 3 --dist loadfile

# The tests that need no engine and no browser, on each other Python of this machine that the project is for.
OTHERS = $(shell for p in python3.11 python3.12 python3.13 python3.14 \
	$(wildcard $(HOME)/.pyenv/versions/3.1[1-4]*/bin/python3); do \
	$$p -c 'import sys; print("%d.%d=%s" % (*sys.version_info[:2], sys.executable))' 2>/dev/null; \
	done | sort -u -t= -k1,1)
versions: $(VENV)/.dev
	@mine=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	for other in $(OTHERS); do \
		version=$${other%%=*}; venv=$(VENV)-$$version; \
		if test "$$version" = "$$mine"; then continue; fi; \
		echo "Python $$version"; \
		{ test -x $$venv/bin/python || $${other#*=} -m venv $$venv; } && \
		$$venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' && \
		$$venv/bin/python -m generator --check && \
		$$venv/bin/python -m pytest -n 3 --dist loadfile tests/unit tests/generator tests/socket || \
		exit 1; \
	done

generate: $(VENV)/.dev
	$(BIN)/python -m generator
	$(BIN)/python -m generator.reference

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports
	$(BIN)/python -m generator --check
	$(BIN)/python -m generator.reference --check

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench,gateway]'
	@touch $@

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/.dev
	$(BIN)/python -m pytest tests/contract tests/cluster --fuzz

# The browser of the dashboard's tests, from the system's packages.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { \
		test "$$(id -u)" = 0 && sudo= || sudo=sudo; \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium >/dev/null; \
	} || { echo "The dashboard's tests need chromium on the PATH: install it."; exit 1; }

# The proxy of the guide to self-hosting. Unpacked, not installed: then it would begin to listen on port 80.
$(BIN)/nginx: | $(BIN)/python
	@if found=$$(command -v nginx); then ln -sf "$$found" $@; else \
		test "$$(id -u)" = 0 && sudo= || sudo=sudo; \
		get="apt-get download -qq -o APT::Sandbox::User=root nginx"; \
		( cd $(VENV) && { $$get 2>/dev/null || { $$sudo apt-get update -qq && $$get; }; } && \
			dpkg-deb -x nginx_*.deb nginx && rm nginx_*.deb && ln -sf ../nginx/usr/sbin/nginx bin/nginx ); \
	fi; $@ -v 2>/dev/null || { rm -f $@; echo "The tests of the guides need nginx on the PATH: install it."; exit 1; }

# The shells, beside bash, that complete the command: unpacked likewise.
PACKAGES_zsh := zsh zsh-common
PACKAGES_fish := fish fish-common libpcre2-32-0
$(BIN)/zsh $(BIN)/fish: $(BIN)/%: | $(BIN)/python
	@if found=$$(command -v $*); then ln -sf "$$found" $@; else \
		test "$$(id -u)" = 0 && sudo= || sudo=sudo; \
		get="apt-get download -qq -o APT::Sandbox::User=root $(PACKAGES_$*)"; \
		mkdir -p $(VENV)/$* && ( cd $(VENV)/$* && { $$get 2>/dev/null || { $$sudo apt-get update -qq && $$get; }; } && \
			for package in *.deb; do dpkg-deb -x $$package . || exit 1; done && rm *.deb && \
			ln -sfn ../etc usr/etc && program=$$(ls "$$PWD"/bin/$* "$$PWD"/usr/bin/$* 2>/dev/null | head -n 1) && \
			printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$$@"\n' "$$(echo "$$PWD"/usr/lib/*-*)" "$$program" > ../bin/$* && \
			chmod +x ../bin/$* ); \
	fi; $@ --version >/dev/null || { rm -f $@; echo "The tests of completion need $* on the PATH: install it."; exit 1; }

clean:
	rm -rf $(VENV) $(VENV)-* .mypy_cache .ruff_cache .import_linter_cache .hypothesis
