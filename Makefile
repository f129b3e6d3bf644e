# Macwright: `make demo` and `make test` set themselves up; `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The set-up is done again when pyproject.toml changes, and only then.
READY  := $(VENV)/ready-$(shell cksum pyproject.toml | cut -d' ' -f1)
UNIT   ?= mac_array
OUT    ?= build/$(UNIT)
PARAMS := $(foreach p,$(P),-p $(p))

export OPENBLAS_NUM_THREADS := 1

.PHONY: help setup demo test bench prove lint verilog verify synth clean

help:
	@echo "make demo     generate an 8x8 int8 array, classify digits on it, measure it"
	@echo "make test     run the test suite"
	@echo "make prove    slow proofs: full and exhaustive benches on both simulators"
	@echo "make bench    speed and size of the tools themselves"
	@echo "make lint     check the Python code"
	@echo "make verilog UNIT=mac_array P='rows=4 cols=4' OUT=folder"
	@echo "make verify  UNIT=mac_array P='rows=4 cols=4'"
	@echo "make synth   UNIT=mac_pe P='a_bits=4' TARGET=nangate45"
	@echo "make clean    remove the virtual environment and everything built"

setup: $(READY)

$(READY): pyproject.toml
	@sh tests/setup.sh "$(PYTHON)" "$(VENV)"
	@rm -f $(VENV)/ready-*
	@touch $@

demo: setup
	@$(BIN)/python -m macwright.cli.demo

test: setup
	@echo "Running the test suite on $$(nproc) processes"
	@$(BIN)/python -m pytest -n auto --durations=15

bench: setup
	@$(BIN)/python tests/speed.py

prove: setup
	@$(BIN)/python tests/prove.py

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

verilog: setup
	@$(BIN)/macwright generate $(UNIT) $(PARAMS) -o $(OUT) --force

verify: setup
	@$(BIN)/macwright verify $(UNIT) $(PARAMS)

TARGET ?= nangate45
synth: setup
	@$(BIN)/macwright synth $(UNIT) $(PARAMS) --target $(TARGET)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
