# Everything runs in .venv, which each target makes from the locked requirements when needed.
# PYTHON=python3.12 chooses the interpreter.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all style bench bench-server calibrate lock picture screenshots clean
export PYTHON UPGRADE UV DEMO PORT

BIN := .venv/bin
# Test files side by side, a process for each core; the tests of a file stay in one process.
SIDE_BY_SIDE := -n auto --dist loadfile

help:
	@echo "make demo      the example diary's verdict in the terminal and as demo/report.pdf, then the web"
	@echo "               application with synthetic people until Ctrl-C (DEMO=once: until it is ready)"
	@echo "make test      style, types and tests on one database, with a smoke walk in the browser"
	@echo "make test-all  everything: both databases, every page in the browser (Chromium, PostgreSQL)"
	@echo "make bench     the measured figures of docs/benchmarks.md (minutes)"
	@echo "make bench-server  the server under load and killed at random moments (half an hour, 2 cores)"
	@echo "make calibrate the simulations of docs/validity.md (half an hour; goes on where it stopped)"
	@echo "make lock      lock the versions anew after a change in pyproject.toml (needs uv);"
	@echo "               UPGRADE=1 moves everything to the newest"
	@echo "make picture   the picture of a report in README.md (needs pdftoppm)"
	@echo "make screenshots  pictures of the web application's pages in docs/screenshots/ (Chromium)"
	@echo "make clean     remove .venv and what the tools left behind"
	@echo
	@echo "PYTHON=python3.12 chooses the interpreter (3.11 to 3.14); UV=no uses pip although uv is there."

demo:
	@tools/environment server
	@tools/demo

style:
	@tools/environment test
	@echo "==> Style (ruff check)"
	@$(BIN)/ruff check .
	@echo "==> Format (ruff format)"
	@$(BIN)/ruff format --check .
	@echo "==> Types (mypy, strict)"
	@LODOSE_DATA=.mypy_cache/server $(BIN)/mypy

test: style
	@echo "==> Tests (pytest, warnings are errors; SQLite, one walk in the browser)"
	@$(BIN)/pytest $(SIDE_BY_SIDE) -m "(not browser or smoke) and not postgresql"

test-all: style
	@echo "==> Tests on SQLite (pytest, warnings are errors; every page in the browser)"
	@$(BIN)/pytest $(SIDE_BY_SIDE) -m "not postgresql"
	@echo "==> The server's tests on PostgreSQL"
	@tools/with-postgresql $(BIN)/pytest $(SIDE_BY_SIDE) tests/server -m "not browser"

bench:
	@tools/environment bench
	@$(BIN)/python -m benchmarks

bench-server:
	@tools/environment test
	@$(BIN)/python -m benchmarks.server_load --full
	@$(BIN)/python -m benchmarks.server_crash --full
	@$(BIN)/python -m benchmarks.tables --write

calibrate:
	@tools/environment test
	@$(BIN)/python -m calibration
	@$(BIN)/python -m calibration.tables --write
	@$(BIN)/python -m calibration.figures

lock:
	@tools/lock

picture:
	@tools/environment run
	@tools/picture

screenshots:
	@tools/environment test
	@$(BIN)/python tools/screenshots

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
