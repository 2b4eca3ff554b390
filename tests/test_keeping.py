"""What staff do with a library's plans, through the facade and as commands."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Run
from fakes import FakeEncoder

from indexer.errors import LibraryBusyError, LibraryError, UnknownPlanError
from indexer.library import Library
from indexer.types import Change

ANHUI = "Anhui Plan\n\n1. Industry\nCement kilns close by 2025. Steel output falls.\n\n2. Energy\nWind farms grow to 13.7 GW.\n"
HENAN = "Henan Plan\n\n1. Land\nForests cover a fifth. Wetlands are kept.\n"


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "anhui.txt").write_text(ANHUI)
    (folder / "henan.txt").write_text(HENAN)
    return folder


@pytest.fixture
def filled(library: Library, plans: Path) -> Library:
    assert [report.status for report in library.add([plans])] == ["added", "added"]
    return library


@pytest.fixture
def at(tmp_path: Path) -> tuple[str, Path]:
    return "--library", tmp_path / "library"


def add(library: Library, path: Path) -> str:
    (report,) = library.add([path])
    return report.status


# -- editing ---------------------------------------------------------------------------------------


def test_what_a_person_sets_outlives_a_new_version(filled: Library, plans: Path, fake_encoder: FakeEncoder) -> None:
    fake_encoder.embedded.clear()
    filled.edit("anhui", issuer=" Anhui Province ", date="2022-08", machine_translated=True)
    assert fake_encoder.embedded == []  # nothing that passages are found by
    filled.edit("anhui", title="Carbon Peak of the Yangtze")
    assert all(text.startswith("Carbon Peak of the Yangtze") for text in fake_encoder.embedded)
    assert len(fake_encoder.embedded) == filled.plans()[0].passages
    assert filled.ask("yangtze").hits[0].passage.plan == "anhui"

    (plans / "anhui.txt").write_text(ANHUI.replace("Anhui Plan", "Another Title").replace("2025", "2027"))
    assert add(filled, plans / "anhui.txt") == "replaced"
    (info, _) = filled.plans()
    assert info.title == "Carbon Peak of the Yangtze"
    assert (info.metadata.issuer, info.metadata.date, info.metadata.machine_translated) == (
        "Anhui Province",
        "2022-08",
        True,
    )
    assert "2027" in filled.plan("anhui").text
    filled.rebuild()
    assert filled.plans()[0] == info
    assert filled.check() == []


def test_an_edit_of_the_title_is_no_version(filled: Library) -> None:
    filled.edit("anhui", title="Another")
    filled.edit("anhui", title="A third")
    assert [v.title for v in filled.versions("anhui")] == ["A third"]
    assert filled.removed() == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "  ", "needs a title"),
        ("title", "x" * 301, "too long"),
        ("date", "last year", "is not a date"),
        ("date", "2022-13", "is not a date"),
        ("language", "English", "is not a language"),
    ],
)
def test_values_that_cannot_be(filled: Library, field: str, value: str, said: str) -> None:
    before = filled.plan("anhui")
    with pytest.raises(LibraryError, match=said):
        filled.edit("anhui", **{field: value})
    assert filled.plan("anhui") == before
    with pytest.raises(UnknownPlanError):
        filled.edit("hubei", issuer="Hubei")


def test_renaming(filled: Library, plans: Path) -> None:
    filled.rename("anhui", "anhui-2022")
    assert [p.id for p in filled.plans()] == ["anhui-2022", "henan"]
    assert {h.passage.plan for h in filled.ask("cement kilns").hits} == {"anhui-2022", "henan"}
    # its file is still its own
    assert add(filled, plans / "anhui.txt") == "same"
    (plans / "anhui.txt").write_text(ANHUI + "More.\n")
    assert add(filled, plans / "anhui.txt") == "replaced"
    assert [p.id for p in filled.plans()] == ["anhui-2022", "henan"]
    for name in ("henan", "", "a\nb", "x" * 301):
        with pytest.raises(LibraryError):
            filled.rename("anhui-2022", name)


# -- versions --------------------------------------------------------------------------------------


def test_restoring(filled: Library, plans: Path) -> None:
    before = filled.plans()
    filled.edit("anhui", issuer="Anhui")
    filled.remove(["anhui"])
    assert [v.plan for v in filled.removed()] == ["anhui"]
    filled.restore("anhui")
    assert filled.plan("anhui").metadata.issuer == "Anhui"
    assert [(p.id, p.passages, p.sha256) for p in filled.plans()] == [(p.id, p.passages, p.sha256) for p in before]
    assert filled.ask("wind farms").hits[0].passage.plan == "anhui"
    with pytest.raises(LibraryError, match="`version`"):
        filled.restore("anhui")

    (plans / "anhui.txt").write_text(ANHUI.replace("2025", "2027"))
    add(filled, plans / "anhui.txt")
    filled.restore("anhui", 1)
    assert "2025" in filled.plan("anhui").text
    assert [v.n for v in filled.versions("anhui")] == [1, 2, 3]
    with pytest.raises(UnknownPlanError, match="1 to 3, not 4"):
        filled.restore("anhui", 4)
    assert filled.check() == []


def test_changes_between_versions(filled: Library, plans: Path) -> None:
    assert filled.changes("anhui").sentences == ()
    for text in (ANHUI.replace("2025", "2027"), ANHUI.replace("13.7", "15")):
        (plans / "anhui.txt").write_text(text)
        add(filled, plans / "anhui.txt")
    last = filled.changes("anhui")
    assert (last.old.n, last.new.n) == (2, 3)
    assert [c.change for c in last.sentences] == [Change.CHANGED, Change.CHANGED]
    first = filled.changes("anhui", 1, 3)
    (changed,) = first.sentences
    assert changed.old
    assert changed.new
    assert ("13.7" in changed.old.text, "15" in changed.new.text) == (True, True)
    assert changed.new.section == ("2. Energy",)
    filled.remove(["anhui"])
    assert filled.changes("anhui").sentences == last.sentences


def test_saved_questions_tell_when_their_answer_changes(filled: Library, plans: Path) -> None:
    # "cement kilns" is answered or not by the library's own judgement: the quotes are what is compared
    saved = filled.save_question("When do cement kilns close?", plans=["anhui"])
    assert saved.quotes
    other = filled.save_question("How are wetlands kept?")
    assert filled.changed_answers() == []
    (plans / "anhui.txt").write_text(ANHUI.replace("close by 2025", "close by 2027"))
    add(filled, plans / "anhui.txt")
    (changed,) = filled.changed_answers()
    assert changed.saved == saved
    assert any("2025" in quote for _, quote in changed.removed)
    assert any("2027" in quote for _, quote in changed.added)
    assert filled.changes("anhui").answers == (changed,)
    assert filled.changes("henan").answers == ()
    # its plan gone, nothing answers
    filled.remove(["anhui"])
    (changed,) = [c for c in filled.changed_answers() if c.saved == saved]
    assert (changed.removed, changed.added) == (saved.quotes, ())
    # saved again, the answer of now is the one to compare with
    filled.restore("anhui")
    filled.save_question("When do cement kilns close?", plans=["anhui"])
    assert filled.changed_answers() == []
    assert filled.forget_question(other.id)
    assert [s.question for s in filled.saved()] == ["When do cement kilns close?"]


def test_a_plan_added_while_all_are_embedded_again_is_not_lost(
    filled: Library, plans: Path, tmp_path: Path, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gansu.txt").write_text("Gansu Plan\n\nHydrogen trucks run between the ports.\n")
    embed = fake_encoder.embed
    came: list[int] = []

    def overtaken(texts: list[str], progress: object = None) -> object:
        vectors = embed(texts, progress)  # type: ignore[arg-type]
        if not came:
            came.append(1)
            with Library.open(tmp_path / "library", encoder=FakeEncoder()) as other:
                assert [r.status for r in other.add([tmp_path / "gansu.txt"])] == ["added"]
                other.edit("henan", issuer="Henan")
        return vectors

    monkeypatch.setattr(fake_encoder, "embed", overtaken)
    filled.rebuild()
    assert [p.id for p in filled.plans()] == ["anhui", "gansu", "henan"]
    assert filled.plan("henan").metadata.issuer == "Henan"
    assert filled.ask("hydrogen trucks").hits[0].passage.plan == "gansu"
    assert filled.check() == []


# -- the commands ----------------------------------------------------------------------------------


@pytest.fixture
def held(at: tuple[str, Path]) -> Callable[[], list[str]]:
    def ids() -> list[str]:
        with Library.open(at[1]) as opened:
            return [plan.id for plan in opened.plans()]

    return ids


@pytest.mark.usefixtures("fake")
def test_edit_rename_and_list(run: Run, at: tuple[str, Path], plans: Path) -> None:
    run("add", plans, *at)
    assert run("edit", "anhui", *at).code == 2
    assert (
        run("edit", "anhui", "--issuer", "Anhui Province", "--date", "2022-08", "--machine-translated", *at).code == 0
    )
    assert run("edit", "henan", "--date", "soon", *at).code == 2
    assert run("rename", "anhui", "ah", *at).out == "Renamed: anhui is ah\n"
    (first, _) = run("list", "--json", *at).objects
    assert (first["plan"], first["issuer"], first["date"], first["machine_translated"]) == (
        "ah", "Anhui Province", "2022-08", True,
    )  # fmt: skip
    assert "(Anhui Province, 2022-08, " in run("list", *at).out
    assert "machine translation" in run("list", *at).out
    run("edit", "ah", "--no-machine-translated", "--title", "Peak <b>of</b> Anhui", *at)
    assert "machine translation" not in run("list", *at).out
    assert "Peak <b>of</b> Anhui" in run("list", *at).out


@pytest.mark.usefixtures("fake")
def test_replace_changes_and_restore(
    run: Run,
    at: tuple[str, Path],
    plans: Path,
    held: Callable[[], list[str]],
) -> None:
    run("add", plans, *at)
    assert "one version only" in run("changes", "anhui", *at).out
    saved = run("save", "When do cement kilns close?", "--plan", "anhui", *at)
    assert "Saved as 1" in saved.out
    (plans / "new.txt").write_text(ANHUI.replace("2025", "2027") + "\nHydrogen trucks run.\n")
    assert run("replace", "hubei", plans / "new.txt", *at).code == 2
    assert run("replace", "anhui", plans / "new.txt", *at).code == 0
    assert held() == ["anhui", "henan"]
    shown = run("changes", "anhui", *at).out
    assert "from version 1" in shown
    assert "  + Hydrogen trucks run." in shown
    assert "added › 2. Energy" in shown
    (found,) = run("changes", "anhui", "--json", *at).objects
    assert (found["plan"], found["old"]["n"], found["new"]["n"]) == ("anhui", 1, 2)
    with Library.open(at[1]) as library:
        texts = {"old": library.backend.version("anhui", 1).text, "new": library.plan("anhui").text}
    for sentence in found["sentences"]:
        for side, text in texts.items():
            if place := sentence[side]:
                assert text[place["start"] : place["end"]] == place["text"]
    assert {s["change"] for s in found["sentences"]} == {"changed", "added"}
    assert [a["question"] for a in found["answers"]] == ["When do cement kilns close?"]
    assert "2027" in json.dumps(found["answers"][0]["added"])
    (listed,) = run("saved", "--json", *at).objects
    assert listed == found["answers"][0]
    assert "another answer now" in run("saved", *at).out
    assert run("forget", "7", *at).code == 2
    assert run("forget", "1", *at).code == 0
    assert run("saved", *at).out == ""

    run("remove", "anhui", "--yes", *at)
    assert "anhui: Anhui Plan" in run("restore", *at).out
    assert run("restore", "anhui", *at).code == 0
    assert held() == ["anhui", "henan"]
    assert run("restore", "anhui", "--version", "1", *at).code == 0
    assert run("restore", "anhui", *at).code == 2
    run("remove", "anhui", "--purge", "--yes", *at)
    assert run("restore", *at).out == ""
    assert run("changes", "anhui", *at).code == 2


@pytest.mark.usefixtures("fake")
def test_sync(
    run: Run, at: tuple[str, Path], plans: Path, tmp_path: Path, held: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert "add " in run("sync", plans, "--dry-run", *at).out
    assert not at[1].exists()
    (tmp_path / "elsewhere.txt").write_text("Elsewhere Plan\n\nSolar roofs grow.\n")
    run("add", tmp_path / "elsewhere.txt", *at)
    told = run("sync", plans, "--dry-run", *at)
    assert f"add {plans / 'anhui.txt'}" in told.out
    assert held() == ["elsewhere"]
    assert run("sync", plans, *at).code == 0  # nothing is removed: nothing to ask
    assert held() == ["anhui", "elsewhere", "henan"]
    assert run("sync", plans, *at).out == "2 the same\n"

    (plans / "henan.txt").unlink()
    (plans / "anhui.txt").write_text(ANHUI + "More.\n")
    told = run("sync", plans, "--dry-run", *at)
    assert "remove henan" in told.out
    assert "replace anhui" in told.out
    asked = run("sync", plans, *at)
    assert asked.code == 2
    assert "--yes" in asked.err
    assert held() == ["anhui", "elsewhere", "henan"]
    assert run("sync", plans, "--yes", *at).code == 0
    assert held() == ["anhui", "elsewhere"]
    assert "henan" in run("restore", *at).out

    # whatever happens to the folder, nothing is removed for it
    (plans / "anhui.txt").unlink()
    for folder in (plans, tmp_path / "gone"):
        refused = run("sync", folder, "--yes", *at)
        assert refused.code == 2
        assert "Nothing was changed" in refused.err
    assert held() == ["anhui", "elsewhere"]
    assert run("sync", plans, "--allow-empty", "--yes", *at).code == 0
    assert held() == ["elsewhere"]
    assert not (tmp_path / "none").exists()
    assert run("sync", tmp_path / "gone", "--library", tmp_path / "none").code == 2
    assert not (tmp_path / "none").exists()

    terminal = type("Terminal", (io.TextIOWrapper,), {"isatty": lambda self: True})
    (plans / "anhui.txt").write_text(ANHUI)
    (plans / "henan.txt").write_text(HENAN)
    run("sync", plans, *at)
    (plans / "henan.txt").unlink()
    monkeypatch.setattr(io, "TextIOWrapper", terminal)
    assert run("sync", plans, *at, stdin="n\n").code == 2
    assert held() == ["anhui", "elsewhere", "henan"]
    assert run("sync", plans, *at, stdin="y\n").code == 0
    assert held() == ["anhui", "elsewhere"]


@pytest.mark.usefixtures("fake")
def test_sync_follows_a_file_that_was_moved_and_changed(
    run: Run, at: tuple[str, Path], plans: Path, held: Callable[[], list[str]]
) -> None:
    run("sync", plans, *at)
    (plans / "2024").mkdir()
    (plans / "anhui.txt").unlink()
    (plans / "2024" / "anhui.txt").write_text(ANHUI.replace("2025", "2027"))
    assert run("sync", plans, "--yes", *at).code == 0
    assert held() == ["anhui", "henan"]
    with Library.open(at[1]) as library:
        assert "2027" in library.plan("anhui").text
        assert len(library.versions("anhui")) == 2


def test_a_renamed_plan_is_known_through_a_link_to_its_folder(filled: Library, plans: Path, tmp_path: Path) -> None:
    filled.rename("anhui", "Anhui 2022")
    (tmp_path / "link").symlink_to(plans)
    (plans / "anhui.txt").write_text(ANHUI.replace("2025", "2027"))
    assert add(filled, tmp_path / "link" / "anhui.txt") == "replaced"
    assert [info.id for info in filled.plans()] == ["Anhui 2022", "henan"]


def test_an_edit_of_a_plan_that_is_purged_meanwhile_does_not_bring_it_back(
    filled: Library, tmp_path: Path, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = fake_encoder.embed

    def overtaken(texts: list[str], progress: object = None) -> object:
        monkeypatch.setattr(fake_encoder, "embed", embed)
        with Library.open(tmp_path / "library") as other:
            other.remove(["anhui"], purge=True)
        return embed(texts, progress)  # type: ignore[arg-type]

    monkeypatch.setattr(fake_encoder, "embed", overtaken)
    with pytest.raises(LibraryBusyError, match="'anhui' was changed meanwhile"):
        filled.edit("anhui", title="Another")
    assert [info.id for info in filled.plans()] == ["henan"]


@pytest.mark.usefixtures("fake")
def test_replacing_takes_one_file(run: Run, at: tuple[str, Path], plans: Path, held: Callable[[], list[str]]) -> None:
    run("index", plans, *at)
    told = run("replace", "anhui", plans, *at)
    assert told.code == 2
    assert "may hold many plans" in told.err
    with Library.open(at[1]) as library:
        assert library.plan("anhui").text == ANHUI
