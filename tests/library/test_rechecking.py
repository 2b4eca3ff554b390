"""Saved questions asked again: each change of an answer is an alert, once, with what it does; what only moved is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeEncoder

from indexer.library import Library
from indexer.library.alerts import ASKING, FILE, FOLDER, read_kept, seen_plans, turn
from indexer.library.backup import back_up, put_back
from indexer.library.people import set_person
from indexer.library.rechecking import recheck
from indexer.library.rights import Person, Role
from indexer.types import Alert, ChangeClass, page_at

ASKED = "when do cement kilns close?"
WIND = "how much do wind farms reach?"
FIRST = "Cement kilns must close by 2025."


@pytest.fixture
def put(library: Library, tmp_path: Path) -> Callable[..., None]:
    """Adds a plan of these sentences, or replaces it."""

    def puts(plan_id: str, *sentences: str) -> None:
        (tmp_path / f"{plan_id}.txt").write_text("\n\n".join(sentences), "utf-8")
        (report,) = library.add(tmp_path / f"{plan_id}.txt")
        assert report.status in ("added", "replaced"), report

    return puts


def changes_of(alerts: list[Alert]) -> list[tuple[str, str | None, str | None]]:
    return [(alert.plan, alert.old and alert.old.text, alert.new and alert.new.text) for alert in alerts]


def test_a_change_is_told_once_with_both_quotes_and_their_places(library: Library, put: Callable[..., None]) -> None:
    put("anhui", FIRST)
    library.save_question(ASKED)
    assert library.recheck() == [] and library.alerts() == []
    put("anhui", "Wind farms grow.", "Cement kilns must close by 2027.")
    (alert,) = library.recheck()
    assert changes_of([alert]) == [("anhui", FIRST, "Cement kilns must close by 2027.")]
    assert alert.old and alert.new and (alert.old_version, alert.new_version) == (1, 2)
    for sentence, version in ((alert.old, 1), (alert.new, 2)):
        assert library.backend.version("anhui", version).text[sentence.start : sentence.end] == sentence.text
    assert (alert.question, alert.owner, alert.plans, alert.title) == (ASKED, "", None, library.plan("anhui").title)
    assert alert.classes == (ChangeClass.WEAKENED, ChangeClass.DEADLINE)
    assert library.recheck() == [] and library.alerts() == [alert]


@pytest.mark.parametrize(
    ("asked", "old", "new", "classes"),
    [
        (ASKED, FIRST, "Cement kilns should close by 2025.", "weakened"),
        (ASKED, FIRST, "Cement kilns must close by 2022.", "strengthened deadline"),
        (ASKED, FIRST, "Cement kilns must close by 2025, as the Ministry of Industry decides.", "authority"),
        (ASKED, FIRST, "Cement kilns must close by 2025, excluding those on islands.", "scope"),
        (ASKED, FIRST, "All cement kilns must close by 2025.", "wording"),
        (WIND, "Wind farms reach 10 GW in 2030.", "Wind farms reach 12 GW in 2030.", "figure"),
        (
            WIND,
            "Wind farms reach at least 12 GW in 2030.",
            "Wind farms reach at least 10 GW in 2030.",
            "weakened figure",
        ),
    ],
)
def test_the_class_says_what_the_change_does(
    library: Library, put: Callable[..., None], asked: str, old: str, new: str, classes: str
) -> None:
    put("anhui", old)
    library.save_question(asked)
    put("anhui", new)
    (alert,) = library.recheck()
    assert changes_of([alert]) == [("anhui", old, new)]
    assert " ".join(alert.classes) == classes


def test_what_comes_and_what_goes(library: Library, put: Callable[..., None]) -> None:
    put("coal", "Coal boilers are closed in all cities.")
    library.save_question(ASKED)
    assert library.recheck() == []
    put("anhui", FIRST)
    (came,) = library.recheck()
    assert (changes_of([came]), came.classes) == ([("anhui", None, FIRST)], (ChangeClass.ADDED,))
    library.remove("anhui")
    (went,) = library.recheck()
    assert (changes_of([went]), went.classes) == ([("anhui", FIRST, None)], (ChangeClass.REMOVED,))
    library.restore("anhui")
    (back,) = library.recheck()
    assert changes_of([back]) == [("anhui", None, FIRST)]
    assert len({came.id, went.id, back.id}) == 3
    assert library.alerts() == [back, went, came]


def test_words_that_moved_or_a_plan_that_is_called_otherwise_are_no_alert(
    library: Library, put: Callable[..., None], tmp_path: Path
) -> None:
    put("anhui", FIRST, "Wind farms grow.")
    library.save_question(ASKED)
    put("anhui", "A preface of the plan.\n\f", FIRST.replace("must close", "must  close"))
    (citation,) = library.ask(ASKED).citations
    assert citation.quote == "Cement kilns must  close by 2025."
    assert page_at(library.plan("anhui").pages, citation.start) == 2
    assert library.recheck() == []
    library.rename("anhui", "anhui-2")
    assert library.recheck() == []
    (tmp_path / "anhui.txt").write_text("Cement kilns must close by 2027.", "utf-8")
    library.add(tmp_path / "anhui.txt")
    assert [alert.plan for alert in library.recheck()] == ["anhui-2"]


def test_a_sentence_that_another_one_outranks_is_not_gone(library: Library, put: Callable[..., None]) -> None:
    put("anhui", FIRST)
    library.save_question(ASKED)
    for plan in ("gansu", "henan", "hubei", "hunan"):
        put(plan, f"Cement kilns close: when do cement kilns of {plan.title()} close? They close by 2026.")
    alerts = library.recheck()
    assert alerts and all(alert.old is None and alert.plan != "anhui" for alert in alerts)


def test_an_alert_is_kept_apart_from_what_is_accepted(library: Library, put: Callable[..., None]) -> None:
    put("anhui", FIRST)
    library.save_question(ASKED)
    put("anhui", "Cement kilns must close by 2027.")
    (alert,) = library.recheck()
    (changed,) = library.changed_answers()  # until somebody accepts it
    assert changed.removed == (("anhui", FIRST),)
    library.save_question(ASKED)
    assert library.recheck() == [] and library.alerts() == [alert]
    (saved,) = library.saved()
    library.forget_question(saved.id)
    put("anhui", "Cement kilns must close by 2029.")
    assert library.recheck() == []


def test_a_plan_that_is_purged_leaves_no_alert_and_a_renamed_one_keeps_it(
    library: Library, put: Callable[..., None], tmp_path: Path
) -> None:
    put("anhui", FIRST)
    put("coal", "Coal boilers are closed in all cities.")
    library.save_question(ASKED)
    put("anhui", "Cement kilns must close by 2027.")
    assert len(library.recheck()) == 1
    library.rename("anhui", "wan")
    assert [alert.plan for alert in library.alerts()] == ["wan"]
    library.remove("wan", purge=True)
    assert library.alerts() == []
    kept = b"".join(path.read_bytes() for path in (library.backend.folder / FOLDER).glob("*.json"))
    assert b"kilns must" not in kept and b"wan" not in kept


def test_who_asks_elsewhere_is_waited_for(library: Library, put: Callable[..., None]) -> None:
    put("anhui", FIRST)
    library.save_question(ASKED)
    with turn(library.backend, ASKING), pytest.raises(Exception, match="is being written by"):
        list(recheck(library))
    assert seen_plans(library.backend) == {}


def test_a_restricted_plan_makes_no_alert_for_others(library: Library, put: Callable[..., None]) -> None:
    put("open", "Cement kilns must close by 2025 at the coast.")
    put("draft", "Cement kilns must close by 2024 in the valley.")
    library.set_collection("Drafts", ["draft"])
    set_person(library.backend, "Ann", Role.EDITOR)
    library.set_readers("Drafts", ["Ann"])
    ann, bob = (library.for_person(Person(name, role)) for name, role in (("Ann", Role.EDITOR), ("Bob", Role.READER)))
    ann.save_question(ASKED)
    ann.save_question(ASKED, plans=["draft"], shared=True)
    bob.save_question(ASKED)
    library.save_question(ASKED, shared=True)
    library.recheck()
    put("draft", "Cement kilns must close by 2029 in the valley.")
    library.recheck()
    by = {(alert.owner, alert.plans) for alert in library.alerts()}
    assert by == {("Ann", None), ("", ("draft",))}
    assert len(library.for_person(Person("Ann", Role.EDITOR)).alerts()) == 2
    assert library.for_person(Person("Bob", Role.READER)).alerts() == []
    put("open", "Cement kilns must close by 2030 at the coast.")
    library.recheck()
    assert {alert.owner for alert in library.for_person(Person("Bob", Role.READER)).alerts()} == {"Bob", ""}
    assert all(alert.plan == "open" for alert in library.for_person(Person("Bob", Role.READER)).alerts())


def test_a_backup_holds_alerts_and_a_library_that_has_some_keeps_them(
    library: Library, put: Callable[..., None], tmp_path: Path
) -> None:
    put("anhui", FIRST)
    library.save_question(ASKED)
    put("anhui", "Cement kilns must close by 2027.")
    library.recheck()
    made = back_up(library.backend, tmp_path / "backups")
    put("anhui", "Cement kilns must close by 2029.")
    library.recheck()
    put_back(made, library.backend)
    assert len(library.alerts()) == 2
    (again,) = library.recheck()
    assert changes_of([again]) == [("anhui", "Cement kilns must close by 2029.", "Cement kilns must close by 2027.")]
    with Library.open(tmp_path / "other", create=True, encoder=library.encoder) as other:
        put_back(made, other.backend)
        assert changes_of(other.alerts()) == [("anhui", FIRST, "Cement kilns must close by 2027.")]
        assert other.recheck() == []


def test_a_damaged_file_is_named_with_the_remedy(library: Library, put: Callable[..., None]) -> None:
    put("anhui", FIRST)
    library.save_question(ASKED)
    library.recheck()
    (library.backend.folder / FOLDER / FILE).write_text("{")
    with pytest.raises(Exception, match="Put back a copy of it, or delete it"):
        library.alerts()
    (library.backend.folder / FOLDER / FILE).unlink()
    assert library.recheck() == [] and len(read_kept(library.backend).answers) == 1


def test_a_library_on_milvus_has_alerts_as_well(tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    with Library.open(tmp_path / "library.db", create=True, encoder=fake_encoder) as library:
        for text in (FIRST, "Cement kilns must close by 2027."):
            (tmp_path / "anhui.txt").write_text(text)
            library.add(tmp_path / "anhui.txt")
            if not library.saved():
                library.save_question(ASKED)
        (alert,) = library.recheck()
        assert changes_of([alert]) == [("anhui", FIRST, "Cement kilns must close by 2027.")]
        assert library.recheck() == [] and library.alerts() == [alert]
