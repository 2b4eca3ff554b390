"""The mean of several runs' weights, as a run of its own.

    python -m training.average --runs RUN RUN ... --out RUN

A run is a folder of training.train or an exported reader's. Runs that began with the same weights lie in one valley of
the loss, and the mean of them lies lower in it than any one: it reads as well as asking each of them would, at the
cost of one (Wortsman et al. 2022, "Model soups"). Reads and writes reader.safetensors and details.json; in the latter
a run has the name of its folder.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indexer.encoding.onnx import DETAILS_FILE
from indexer.errors import ModelError
from training.model import Reader, base_folder, load_reader, save_reader


def average(readers: Sequence[Reader]) -> Reader:
    """The first of ``readers``, its weights now the means over all. Raises ModelError for fewer than two."""
    if len(readers) < 2:
        raise ModelError("A mean takes two runs or more. Name them after --runs.")
    states = [reader.state_dict() for reader in readers]
    means = {
        # summed in fp64: the mean of a run with itself is that run
        name: (sum(state[name].double() for state in states) / len(states)).to(value.dtype)
        for name, value in states[0].items()
    }
    readers[0].load_state_dict(means)
    return readers[0]


def details_of(runs: Mapping[str, Any]) -> dict[str, Any]:
    """The details of the mean of ``runs``, by name; a run that started from another one of them names it."""
    known: dict[str, Any] = {}
    for name, details in runs.items():
        known[name] = _within(details, known)
    return {"mean of": ", ".join(runs), **known}


def _within(details: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """``details`` with names in place of the runs in ``known``, and without the runs of a mean, which it names."""
    inner = {
        key: _name(_within(value, known), known) if isinstance(value, dict) else value for key, value in details.items()
    }
    return {key: value for key, value in inner.items() if value != key}


def _name(details: dict[str, Any], known: Mapping[str, Any]) -> Any:
    """The name of the run with these ``details``, or themselves."""
    return next((name for name, own in known.items() if own == details), details)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="runs, or exported readers, in their order")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the mean")
    parser.add_argument("--base", type=Path, help="folder of the encoder; the default model's")
    arguments = parser.parse_args()
    base = arguments.base or base_folder()
    reader = average([load_reader(run, base) for run in arguments.runs])
    details = {run.resolve().name: json.loads((run / DETAILS_FILE).read_text("utf-8")) for run in arguments.runs}
    details = {name: own.get("training", own) for name, own in details.items()}  # an exported reader's, among others
    if len(details) < len(arguments.runs):
        parser.error("each run needs a folder name of its own")
    save_reader(reader, arguments.out)
    (arguments.out / DETAILS_FILE).write_text(json.dumps(details_of(details), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
