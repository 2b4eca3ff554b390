"""A library moved between its homes, there and back: everything arrives, nothing is embedded, what was broken off goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from backends import ENCODER, MODEL, Opened, content, results, texts_of
from commands import Run
from fakes import FakeEncoder, full_plan, make_content

from indexer.errors import LibraryError, ModelError
from indexer.library.copying import Copied, copy_library
from indexer.storage import Backend, PlanContent, open_backend
from indexer.storage.rows import content_hash
from indexer.types import SavedQuestion

BOTH_WAYS = pytest.mark.parametrize(("here", "there"), [("one", "two.db"), ("one.db", "two")])


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path)
    yield opened
    opened.close()


def fill_with_a_past(backend: Backend) -> None:
    plan, passages = full_plan()
    backend.add(
        PlanContent(plan, passages, ["a", "b", "c"], ENCODER.embed([p.text for p in passages]), ("Full",), ()), MODEL
    )
    backend.add(content("anhui", ["peat"]), MODEL)
    backend.add(content("anhui"), MODEL)
    backend.add(content("henan"), MODEL)
    backend.add(content("gansu", ["cement of gansu"]), MODEL)
    backend.remove(["gansu"])
    backend.amend("henan", replace(backend.plan("henan"), id="河南"), ("Henan",))
    backend.save_question(SavedQuestion(0, "wind?", ("anhui",), None, "2026-01-01", (("anhui", "wind farms"),)))
    backend.change_collections(lambda held: {"First": ("anhui", "gansu"), "省": ("河南",), "empty": ()})


@BOTH_WAYS
def test_all_of_a_library_arrives(opens: Opened, tmp_path: Path, here: str, there: str) -> None:
    source, target = opens(tmp_path / here), opens(tmp_path / there)
    fill_with_a_past(source)
    handed_in = source.folder / "originals" / "ab" / "full.txt"
    handed_in.parent.mkdir(parents=True)
    handed_in.write_text("as it came")
    assert copy_library(source, target) == Copied(plans=3, passages=8, versions=2, questions=1, added=3)
    assert target.plans() == source.plans()
    assert target.model == MODEL
    assert target.names() == source.names()
    assert target.removed() == source.removed()
    for plan_id in ("full", "anhui", "河南", "gansu"):
        assert target.versions(plan_id) == source.versions(plan_id)
    assert target.version("anhui", 1) == source.version("anhui", 1)
    assert [replace(s, id=0) for s in target.saved()] == [replace(s, id=0) for s in source.saved()]
    assert target.collections() == source.collections() != {}
    assert sorted(map(tuple, map(sorted, results(target)))) == sorted(map(tuple, map(sorted, results(source))))
    assert (target.folder / "originals" / "ab" / "full.txt").read_text() == "as it came"
    assert target.check() == []
    # done again, it does nothing
    generation = target.generation
    assert copy_library(source, target).added == 0
    assert target.generation == generation


@BOTH_WAYS
def test_a_copy_that_was_broken_off_goes_on(
    opens: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str, there: str
) -> None:
    source, target = opens(tmp_path / here), opens(tmp_path / there)
    fill_with_a_past(source)
    add, calls = type(target).add, []

    def breaks(self: Backend, given: PlanContent, *arguments: object, **options: object) -> None:
        calls.append(given.plan.id)
        if len(calls) == 3:
            raise KeyboardInterrupt
        add(self, given, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(type(target), "add", breaks)
    with pytest.raises(KeyboardInterrupt):
        copy_library(source, target)
    assert len(target.plans()) == 2
    assert copy_library(source, target) == Copied(plans=3, passages=8, versions=2, questions=1, added=1)
    assert calls[3:] == calls[2:3]
    assert target.versions("anhui") == source.versions("anhui")


def test_a_copy_that_differs_is_refused(opens: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = opens(tmp_path / "one"), opens(tmp_path / "two")
    fill_with_a_past(source)
    send = type(source).content

    def garbled(self: Backend, plan_id: str) -> PlanContent:
        sent = send(self, plan_id)  # type: ignore[arg-type]
        return replace(sent, vectors=sent.vectors[::-1]) if self is target and plan_id == "anhui" else sent

    monkeypatch.setattr(type(source), "content", garbled)
    with pytest.raises(LibraryError, match=r"the plan 'anhui' differs from the original.*`purge`.*copy again"):
        copy_library(source, target)


def test_another_library_is_not_mixed_with_this_one(opens: Opened, tmp_path: Path) -> None:
    source, target = opens(tmp_path / "one"), opens(tmp_path / "two.db")
    source.add(content("anhui"), MODEL)
    target.add(content("hubei"), MODEL)
    with pytest.raises(LibraryError, match=r"holds plans that .* does not: hubei"):
        copy_library(source, target)
    with pytest.raises(LibraryError, match="to itself"):
        copy_library(source, opens(tmp_path / "one"))
    other = FakeEncoder(64, "other@1", "other")
    target.remove(["hubei"], purge=True)
    target.add(make_content("anhui", ["rice"], other), ("other", "other@1"))
    with pytest.raises(ModelError, match=r"other@1, not fake@1"):
        copy_library(source, target)
    assert texts_of(target) == ["rice"]


def test_the_command_copies_and_says_what(tmp_path: Path, run: Run, fake: FakeEncoder) -> None:
    (tmp_path / "anhui.txt").write_text("Anhui Plan\n\n1. Boats\nCement kilns close by 2025.\n")
    home, moved = tmp_path / "home", tmp_path / "moved.db"
    assert run("add", tmp_path / "anhui.txt", "--library", home).code == 0
    before = len(fake.embedded)
    ran = run("copy", home, moved)
    assert (ran.code, ran.out.split(" are in ")[0]) == (
        0,
        "1 plans, 1 passages, 0 earlier versions and 0 saved questions",
    )
    assert len(fake.embedded) == before
    asked = [run("ask", "When do kilns close?", "--library", place, "--json").out for place in (home, moved)]
    assert asked[0] == asked[1] != ""
    back = run("copy", moved, tmp_path / "back")
    assert back.code == 0
    with_both = [open_backend(place).content("anhui") for place in (home, tmp_path / "back")]
    assert content_hash(with_both[0]) == content_hash(with_both[1])
    refused = run("copy", tmp_path / "none", tmp_path / "new.db")
    assert refused.code == 2
    assert "There is no library in" in refused.err
    assert not (tmp_path / "new.db").exists()


@BOTH_WAYS
def test_a_copy_follows_what_was_replaced_removed_and_saved_since(
    opens: Opened, tmp_path: Path, here: str, there: str
) -> None:
    source, target = opens(tmp_path / here), opens(tmp_path / there)
    fill_with_a_past(source)
    copy_library(source, target)
    source.add(content("anhui", ["peat bogs"]), MODEL)
    source.remove(["河南"])
    source.save_question(SavedQuestion(0, "coal?", None, None, "2026-01-02", (("full", "coal"),)))
    assert copy_library(source, target).plans == 2
    assert target.plans() == source.plans()
    assert target.removed() == source.removed()
    for plan_id in ("full", "anhui", "河南", "gansu"):
        assert target.versions(plan_id) == source.versions(plan_id)
    assert [replace(s, id=0) for s in target.saved()] == [replace(s, id=0) for s in source.saved()]
    assert target.check() == []
