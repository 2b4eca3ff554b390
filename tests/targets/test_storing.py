"""Targets are found once, when a plan is added; they go and come with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.errors import UnknownPlanError
from indexer.library import Library
from indexer.targets.extracting import find_targets

TEXT = "Anhui Plan\n\n1. Boats\nBy 2030, the share of clean boats (excluding canoes) will reach 9%, up from 4%.\n"


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    path = tmp_path / "anhui.txt"
    path.write_text(TEXT)
    assert [report.status for report in library.add([path])] == ["added"]
    return library


def test_stored_targets_are_those_found(filled: Library) -> None:
    stored = filled.backend.targets("anhui")
    assert stored == find_targets(filled.plan("anhui"))
    assert [t.value for t in filled.targets()] == [9.0]


def test_nothing_is_looked_for_again(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.targets.extracting.find_targets", lambda plan: pytest.fail("found anew"))
    assert [t.value for t in filled.targets(["anhui"])] == [9.0]


def test_nothing_is_embedded_when_they_are_aligned(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def embed(self: FakeEncoder, texts: list[str], progress: object = None) -> np.ndarray:
        assert not texts
        return np.zeros((0, self.dimension), np.float32)

    monkeypatch.setattr(FakeEncoder, "embed", embed)
    assert len(filled.align_targets()) == 1
    filled.edit("anhui", date="2024")  # its targets are found anew, with the vectors that they had
    assert len(filled.align_targets()) == 1


def test_what_a_date_makes_a_target_gets_its_vectors(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.edit("anhui", date="2041")
    assert filled.align_targets() == []
    filled.edit("anhui", date="2024")
    monkeypatch.setattr(FakeEncoder, "embed", lambda self, texts, progress=None: texts and pytest.fail("embedded"))
    assert all(t.vectors for t in filled.backend.targets("anhui") or ())


def test_targets_bear_the_plans_new_name(filled: Library) -> None:
    filled.rename("anhui", "wuhu")
    assert [t.plan for t in filled.targets()] == ["wuhu"]


def test_targets_go_with_the_plan_and_come_back_with_it(filled: Library) -> None:
    filled.remove(["anhui"])
    assert filled.targets() == []
    filled.restore("anhui")
    assert [t.value for t in filled.targets()] == [9.0]


def test_a_date_that_is_set_says_which_figures_are_past(filled: Library) -> None:
    filled.edit("anhui", date="2041")
    assert filled.backend.targets("anhui") == find_targets(filled.plan("anhui"))


def test_plans_stored_before_targets_were_have_them_all_the_same(filled: Library) -> None:
    with sqlite3.connect(Path(filled.backend.location) / "plans.sqlite") as connection:
        connection.execute("DELETE FROM targets")
    connection.close()
    assert filled.backend.targets("anhui") is None
    assert [t.value for t in filled.targets()] == [9.0]


def test_a_plan_that_is_not_there_is_named(filled: Library) -> None:
    with pytest.raises(UnknownPlanError, match="hubei"):
        filled.targets(["hubei"])
