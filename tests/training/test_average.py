"""The mean of runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from indexer.errors import ModelError
from training.average import average, details_of, main
from training.model import load_reader, new_reader, save_reader


def test_the_mean_of_runs_is_each_weights_mean(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.average.base_folder", lambda: base)
    states = []
    for seed, name in ((3, "one"), (4, "other"), (5, "third")):
        reader = new_reader(base, seed)
        save_reader(reader, tmp_path / name)
        (tmp_path / name / "details.json").write_text(json.dumps({"seed": seed}))
        states.append(reader.state_dict())
    runs = [str(tmp_path / name) for name in ("one", "other", "third")]
    monkeypatch.setattr(sys, "argv", ["average", "--runs", *runs, "--out", str(tmp_path / "mean")])
    main()
    mean = load_reader(tmp_path / "mean", base).state_dict()
    assert not torch.equal(mean["heads.weight"], states[0]["heads.weight"])
    for name, value in mean.items():
        by_hand = torch.stack([state[name].double() for state in states]).mean(dim=0)
        torch.testing.assert_close(value.double(), by_hand, rtol=1e-6, atol=1e-9)
    details = json.loads((tmp_path / "mean/details.json").read_text())
    assert details == {"mean of": "one, other, third", "one": {"seed": 3}, "other": {"seed": 4}, "third": {"seed": 5}}


def test_the_mean_of_a_run_with_itself_is_that_run(base: Path) -> None:
    before = new_reader(base, 3).state_dict()
    after = average([new_reader(base, 3), new_reader(base, 3), new_reader(base, 3)]).state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_a_mean_takes_two(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="two runs or more"):
        average([new_reader(base, 3)])
    monkeypatch.setattr("training.average.base_folder", lambda: base)
    for folder in (tmp_path / "a/run", tmp_path / "b/run"):
        save_reader(new_reader(base, 3), folder)
        (folder / "details.json").write_text("{}")
    argv = ["average", "--runs", str(tmp_path / "a/run"), str(tmp_path / "b/run"), "--out", str(tmp_path / "mean")]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit):
        main()
    assert not (tmp_path / "mean").exists()


def test_an_exported_reader_is_told_of_as_the_run_that_it_was(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.average.base_folder", lambda: base)
    for name, details in (("exported", {"fingerprint": "f", "training": {"seed": 1}}), ("further", {"seed": 2})):
        save_reader(new_reader(base, 3), tmp_path / name)
        (tmp_path / name / "details.json").write_text(json.dumps(details))
    runs = [str(tmp_path / name) for name in ("exported", "further")]
    monkeypatch.setattr(sys, "argv", ["average", "--runs", *runs, "--out", str(tmp_path / "mean")])
    main()
    details = json.loads((tmp_path / "mean/details.json").read_text())
    assert details == {"mean of": "exported, further", "exported": {"seed": 1}, "further": {"seed": 2}}


def test_a_run_is_told_of_once() -> None:
    first: dict[str, Any] = {"seed": 1}
    second = {"seed": 2, "earlier run": first}
    third = {"seed": 3, "earlier run": details_of({"first": first, "second": second})}
    assert details_of({"first": first, "second": second, "third": third}) == {
        "mean of": "first, second, third",
        "first": {"seed": 1},
        "second": {"seed": 2, "earlier run": "first"},
        "third": {"seed": 3, "earlier run": {"mean of": "first, second"}},
    }
