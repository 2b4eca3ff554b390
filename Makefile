# Everything starts from here: make run, make test, make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LIBRARY ?= index
PORT ?= 8501
ADDRESS ?= localhost
RESULTS = benchmarks/results/$(shell git rev-parse --short HEAD)
export HF_HUB_OFFLINE ?= 1
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false

.PHONY: install run test cluster check format bench-quality bench-speed bench-record train faults tour clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else "Plancite needs Python 3.11, 3.12 or 3.13, this is %d.%d. Try: make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -C editable_mode=compat -e '.[dev]'
	$(BIN)/python -m compileall -q indexer
	@touch $@

run: install
	$(BIN)/plancite index corpus --library $(LIBRARY)
	$(BIN)/plancite serve --library $(LIBRARY) --port $(PORT) --address $(ADDRESS)

test: install
	$(BIN)/python -m pytest

# Two Ray nodes on this machine, one of them killed midway; some minutes.
cluster: install
	$(BIN)/python -m pytest -m cluster tests/scaling

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Figures of the README: quality on the sample plans, or on DATA=folder with plans/ and eval/.
bench-quality: install
	$(BIN)/python benchmarks/quality.py $(if $(DATA),--data $(DATA))

bench-speed: install
	$(BIN)/python benchmarks/speed.py

# What a library withstands: kills, damage, full disks, a crowd; some 15 minutes. FAULTS=options of its own.
faults: install
	$(BIN)/python benchmarks/faults.py $(FAULTS)

# All figures that need DATA, kept under the commit they are taken at.
bench-record: install
	@test -n "$(DATA)" || { echo "Give DATA=folder with plans/ and eval/"; exit 2; }
	mkdir -p $(RESULTS)
	$(BIN)/python benchmarks/speed.py --data $(DATA) --json $(RESULTS)/speed.json
	$(BIN)/python benchmarks/quality.py --data $(DATA) --json $(RESULTS)/plans.json
	$(BIN)/python benchmarks/quality.py --json $(RESULTS)/samples.json
	$(BIN)/python benchmarks/obliqa.py --data $(DATA) --json $(RESULTS)/obliqa.json
	$(BIN)/python benchmarks/compare.py --data $(DATA) --json $(RESULTS)/compare.json
	$(BIN)/python benchmarks/targets.py --data $(DATA) --json $(RESULTS)/targets.json
	$(BIN)/python benchmarks/peers --data $(DATA) --json $(RESULTS)/peers.json --plot docs/images/peers.svg
	$(BIN)/python benchmarks/scale.py --json $(RESULTS)/scale.json --plot docs/images/scale.svg

# The reader, from public pairs in DATA/train to an ONNX file with its card in WORK/reader; see training/README.md.
WORK ?= build/reader
BASED = $(if $(BASE),--base $(BASE))
TRAIN = $(BIN)/python -m training.train --work $(WORK) $(BASED) $(if $(MINUTES),--minutes $(MINUTES)) \
	$(if $(EXAMPLES),--examples $(EXAMPLES)) --tokens 160 --batch 8 --accumulate 4 --workers 2
train: install
	@test -n "$(DATA)" || { echo "Give DATA=folder with train/, plans/ and eval/"; exit 2; }
	$(BIN)/python -m training.prepare --data $(DATA) --out $(WORK)
	$(BIN)/python -m training.mine --work $(WORK)
	$(TRAIN) --run $(WORK)/spans --stage spans
	$(TRAIN) --start $(WORK)/spans --stage all
	$(BIN)/python -m training.export --work $(WORK) $(BASED)
	$(BIN)/python -m training.evaluate --work $(WORK) $(BASED) --data $(DATA) --reader $(WORK)/reader
	$(BIN)/python -m training.agree --work $(WORK) $(BASED) --data $(DATA)
	$(BIN)/python -m training.card --work $(WORK)

# The pictures of docs/tour.md, taken anew; needs Chromium.
tour: install
	$(BIN)/python scripts/screenshots.py

clean:
	rm -rf index .pytest_cache .mypy_cache .ruff_cache .hypothesis
