"""What one person sees of a library: as if the plans that they may not read had never been there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from colleagues import ADA, ANN, BOB, CLOSED, EDITH, HIDDEN, OPEN, SECRET, fill
from commands import Run

from indexer.asking.vocabulary import unknown_words
from indexer.errors import IndexerError, LibraryError, RightsError, UnknownPlanError
from indexer.library import Library
from indexer.library.audit import entries
from indexer.library.backup import back_up
from indexer.library.briefs import change_brief, read_briefs, share_brief
from indexer.library.jobs import Job, job_queue
from indexer.library.people import forget_person, people_file, read_people, set_person
from indexer.library.questions import recent_questions, record_question
from indexer.library.rights import ANYONE, RIGHTS, Action, Person, Role
from indexer.library.uploads import Upload, add_uploads
from indexer.library.viewing import View
from indexer.storage import Backend, Scope
from indexer.types import AskedQuestion, Filter


@pytest.fixture
def office(library: Library, tmp_path: Path) -> Library:
    fill(library, tmp_path / "plans")
    return library


QUESTION = "When do kilns of the old kind close?"
#: Everything that tells something of the plans, as text.
READS: dict[str, Callable[[Library], Any]] = {
    "plans": lambda lib: list(lib.plans()),
    "filtered": lambda lib: list(lib.plans(Filter(collection=("Shores",)))),
    "facets": lambda lib: lib.facets(),
    "collections": lambda lib: lib.collections(),
    "search": lambda lib: list(lib.search("power")),
    "words": lambda lib: list(lib.search("hydrogen corridor")),
    "ask": lambda lib: lib.ask(QUESTION),
    "every": lambda lib: lib.ask("power", every=True),
    "named": lambda lib: (lib.ask("What is the power in the Zarquun Valley plan?").named, lib.ask("ZHC power").hits),
    "targets": lambda lib: lib.targets(figures=True),
    "rows": lambda lib: lib.align_targets(),
    "compare": lambda lib: lib.compare(QUESTION),
    "suggest": lambda lib: [lib.suggest(prefix, 50) for prefix in ("z", "h", "p", "m", "s")],
    "absence": lambda lib: lib.certify_absence("Who pays for the railway tunnels?"),
    "saved": lambda lib: lib.saved(),
    "changed": lambda lib: lib.changed_answers(),
    "removed": lambda lib: lib.removed(),
    "names": lambda lib: lib.backend.names(),
    "keys": lambda lib: lib.backend.passages(lib.backend.keys(Scope())),
    "all keys": lambda lib: lib.backend.passages(range(1, 1000)),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_nothing_tells_of_a_plan_that_is_kept_back(office: Library, read: Callable[[Library], Any]) -> None:
    office.save_question(QUESTION, shared=True)
    assert SECRET not in repr(read(office.for_person(BOB))).lower()


def test_who_may_read_it_finds_it_everywhere(office: Library) -> None:
    office.save_question(QUESTION, shared=True)
    without = {"absence", "changed", "removed"}
    for person in (ANN, ADA, Person("carl", Role.READER), ANYONE):
        seen = office.for_person(person)
        for name in READS.keys() - without:
            assert SECRET in repr(READS[name](seen)).lower(), (person, name)


def test_a_plan_kept_back_is_as_unknown_as_one_that_never_was(office: Library) -> None:
    seen = office.for_person(BOB)
    asks: tuple[Callable[[str], Any], ...] = (
        seen.plan,
        seen.versions,
        lambda plan: seen.ask(QUESTION, plans=plan),
        lambda plan: seen.search("power", plans=[plan]),
        lambda plan: seen.compare(QUESTION, [plan, "coast"]),
        lambda plan: list(seen.compare_many([QUESTION], [plan, "coast"])),
        lambda plan: seen.targets([plan]),
        lambda plan: seen.similar("coast", 20, plan),
        lambda plan: seen.unique_content([plan, "coast"]),
        lambda plan: seen.align_sections("coast", plan),
        seen.changes,
        lambda plan: seen.quote(plan, 0, 3),
        lambda plan: seen.save_question(QUESTION, plans=plan),
        seen.backend.content,
        lambda plan: seen.backend.count(Scope((plan,))),
    )
    for ask in asks:
        refusals = []
        for plan in ("zarquon", "zarquan"):
            with pytest.raises(UnknownPlanError) as raised:
                ask(plan)
            refusals.append(str(raised.value).replace(repr(plan), "…"))
        assert refusals[0] == refusals[1] and SECRET not in refusals[0]


def test_the_counts_are_those_of_a_library_without_it(
    office: Library, open_library: Callable[..., Library], tmp_path: Path
) -> None:
    seen = office.for_person(BOB)
    assert seen.backend.count(Scope()) == sum(info.passages for info in seen.plans())
    assert seen.collections() == {"Shores": ("coast",)}
    assert unknown_words(seen.backend, ["zarquon", "wind"]) == ["zarquon"]
    assert unknown_words(office.backend, ["zarquon", "wind"]) == []
    with Library.open(tmp_path / "other", create=True, encoder=office.encoder) as other:
        other.add([tmp_path / "plans" / "coast.md", tmp_path / "plans" / "inland.md"])
        other.set_collection("Shores", ["coast"])
        for name in ("facets", "collections", "suggest", "rows"):
            assert READS[name](seen) == READS[name](other), name
        assert list(map(repr, seen.targets())) == list(map(repr, other.targets()))
        ours, theirs = seen.ask(QUESTION), other.ask(QUESTION)
        assert [c.quote for c in ours.citations] == [c.quote for c in theirs.citations]


def test_a_view_has_each_member_of_a_backend_and_no_other_way_in() -> None:
    members = {name for name in vars(Backend) if not name.startswith("_")} | {"location"}
    assert members - {"location"} <= vars(View).keys()
    assert not hasattr(View, "__getattr__")


def test_what_a_reader_may_not_change_is_refused(office: Library) -> None:
    seen, before = office.for_person(BOB), office.backend.generation
    changes: tuple[Callable[[], Any], ...] = (
        lambda: seen.add("new.md"),
        lambda: seen.remove("coast"),
        lambda: seen.edit("coast", title="Mine"),
        lambda: seen.edit("coast", join="Mine"),
        lambda: seen.rename("coast", "mine"),
        lambda: seen.restore("coast", 1),
        lambda: seen.set_collection("Mine", ["coast"]),
        lambda: seen.delete_collection("Shores"),
        lambda: seen.rename_collection("Shores", "Mine"),
        lambda: seen.set_readers("Shores", ["Bob"]),
        lambda: seen.set_glossary([]),
        seen.rebuild,
        seen.check,
        lambda: seen.save_question(QUESTION, shared=True),
        lambda: list(add_uploads(seen, [Upload("a.md", b"text")], Job("x", lambda job: iter(())))),
        lambda: set_person(seen.backend, "Bob", Role.ADMIN),
        lambda: forget_person(seen.backend, "Ada"),
    )
    for change in changes:
        with pytest.raises(RightsError, match=r"takes the role (editor|admin); 'Bob' has the role reader"):
            change()
    assert office.backend.generation == before and len(office.plans()) == 3


def test_an_editor_changes_what_they_see_and_cannot_open_what_has_readers(office: Library, tmp_path: Path) -> None:
    seen = office.for_person(EDITH)
    seen.edit("coast", title="Coast, corrected")
    assert office.plan("coast").title == "Coast, corrected"
    for plan_id in ("zarquon",):
        with pytest.raises(UnknownPlanError):
            seen.remove(plan_id)
        with pytest.raises(UnknownPlanError):
            seen.edit(plan_id, title="x")
        with pytest.raises(IndexerError):
            seen.rename("coast", plan_id)
    (tmp_path / "zarquon.md").write_text("Another plan of this name.\n")
    with pytest.raises(LibraryError, match="already"):
        seen.add(tmp_path / "zarquon.md")
    assert office.plan("zarquon").text.startswith("# Zarquon Valley")
    for change in (seen.rebuild, seen.check, lambda: seen.set_readers("Shores", [])):
        with pytest.raises(RightsError):
            change()
    # what is kept back of a collection stays in it
    seen.set_collection("Shores", ["coast", "inland"])
    assert set(office.collections()["Shores"]) == {"coast", "inland", "zarquon"}
    with pytest.raises(RightsError, match="readers of its own"):
        seen.set_collection(CLOSED, ["coast"])
    assert office.collections()[CLOSED] == ("zarquon",)


def test_an_editor_who_reads_a_collection_puts_plans_in_and_takes_none_out(office: Library) -> None:
    seen = office.for_person(Person("Carl", Role.EDITOR))
    seen.edit("inland", join=CLOSED)
    assert [info.id for info in office.for_person(BOB).plans()] == ["coast"]
    for change in (
        lambda: seen.edit("inland", leave=CLOSED),
        lambda: seen.delete_collection(CLOSED),
        lambda: seen.set_collection(CLOSED, []),
        lambda: seen.rename_collection(CLOSED, "Open"),
    ):
        with pytest.raises(RightsError):
            change()
    assert [info.id for info in office.for_person(BOB).plans()] == ["coast"]


def test_a_plan_of_two_collections_is_for_those_who_read_both(office: Library) -> None:
    office.set_readers("Shores", ["Bob"])
    assert [info.id for info in office.for_person(BOB).plans()] == ["coast", "inland"]
    assert [info.id for info in office.for_person(ANN).plans()] == ["inland"]


def test_readers_go_with_a_collection_and_outlive_it(office: Library) -> None:
    office.rename_collection(CLOSED, "Renamed")
    assert [info.id for info in office.for_person(BOB).plans()] == ["coast", "inland"]
    office.delete_collection("Renamed")
    assert len(office.for_person(BOB).plans()) == 3
    office.set_collection("renamed", ["zarquon"])
    assert [info.id for info in office.for_person(BOB).plans()] == ["coast", "inland"]
    with pytest.raises(LibraryError, match="no collection"):
        office.set_readers("None such", ["Bob"])


def test_rights_that_change_count_at_once(office: Library) -> None:
    assert len(office.for_person(BOB).plans()) == 2
    office.set_readers(CLOSED, ["bob"])
    assert len(office.for_person(BOB).plans()) == 3
    office.rename("zarquon", "other")
    office.set_readers(CLOSED, ["Carl"])
    assert [info.id for info in office.for_person(BOB).plans()] == ["coast", "inland"]
    office.remove("other")
    assert office.for_person(BOB).removed() == [] and len(office.removed()) == 1


def test_a_file_kept_for_a_hidden_plan_outlives_an_upload_of_the_same(office: Library, tmp_path: Path) -> None:
    job = Job("x", lambda job: iter(()))
    list(add_uploads(office.for_person(ADA), [Upload("secret.md", HIDDEN.encode() + b"more zarquon")], job))
    office.edit("secret", join=CLOSED)
    edith = office.for_person(EDITH)
    kept = [path for path in (office.backend.folder / "originals").rglob("*.md") if path.is_file()]
    (report,) = add_uploads(edith, [Upload("copy.md", HIDDEN.encode() + b"more zarquon")], job)
    assert report.status == "added"
    edith.remove("copy", purge=True)
    assert kept and all(path.exists() for path in kept)


def test_history_briefs_and_saved_questions_are_ones_own_until_they_are_shared(office: Library) -> None:
    ann, bob, edith = (office.for_person(person) for person in (ANN, BOB, EDITH))
    record_question(ann.backend, AskedQuestion("What is zarquon power?", (), "", False, Filter()))
    ann.save_question(QUESTION)
    ann.quote("coast", 0, 5)
    edith.save_question("What do wind farms supply?")
    edith.quote("coast", 0, 10, brief="Wind")
    for reader in (bob, office):
        assert recent_questions(reader.backend) == []
        assert read_briefs(reader.backend) == []
    assert bob.saved() == [] and [saved.owner for saved in office.saved()] == ["Ann", "Edith"]
    assert not any("supply" in text.lower() and "?" in text for text in bob.suggest("what"))
    assert [q.question for q in recent_questions(ann.backend)] == ["What is zarquon power?"]
    assert ann.suggest("what is z") == ["What is zarquon power?"]
    share_brief(edith.backend, "Wind")
    assert [(b.name, b.shared) for b in read_briefs(bob.backend)] == [("Wind (Edith)", True)]
    assert [b.name for b in read_briefs(edith.backend)] == ["Wind (Edith)"]
    with pytest.raises(RightsError):
        change_brief(bob.backend, "Wind (Edith)", lambda brief: None)
    with pytest.raises(RightsError):
        share_brief(ann.backend, "Brief")
    edith.save_question("What do wind farms supply?", shared=True)
    assert [saved.owner for saved in bob.saved()] == [""]
    with pytest.raises(RightsError):
        bob.forget_question(bob.saved()[0].id)
    assert not bob.forget_question(ann.saved()[0].id), "another's is not there"
    assert edith.forget_question(bob.saved()[0].id)


def test_a_shared_brief_that_quotes_a_hidden_plan_is_not_shown(office: Library) -> None:
    carl = office.for_person(Person("Carl", Role.EDITOR))
    carl.quote("zarquon", 0, 8)
    share_brief(carl.backend, "Brief")
    assert len(read_briefs(office.for_person(ANN).backend)) == 1
    assert read_briefs(office.for_person(BOB).backend) == []


def test_a_shared_question_says_nothing_of_a_hidden_plan(office: Library) -> None:
    carl = office.for_person(Person("Carl", Role.EDITOR))
    carl.save_question(QUESTION, shared=True)
    carl.save_question("Which towns?", plans="zarquon", shared=True)
    assert {plan for plan, _ in carl.saved()[0].quotes} >= {"zarquon"}
    (seen,) = office.for_person(BOB).saved()
    assert "zarquon" not in {plan for plan, _ in seen.quotes}


def test_the_audit_log_has_the_persons_name(office: Library) -> None:
    office.for_person(EDITH).edit("coast", title="New")
    with pytest.raises(RightsError):
        office.for_person(BOB).remove("coast")
    told = [(entry.who, entry.action) for entry in entries(office.backend)]
    assert ("Edith", "edit title") in told and ("Bob", "remove") in told
    assert any(action.startswith("let read") for _, action in told)


def test_a_job_is_seen_by_who_began_it_and_by_admins(office: Library) -> None:
    job = Job("Adding secrets", lambda job: iter(()), owner="Edith")
    assert [job.concerns(person) for person in (EDITH, ADA, BOB, ANYONE)] == [True, True, False, True]
    assert job_queue(office) is job_queue(office.for_person(BOB))


@pytest.mark.parametrize("text", ["{", "[3]", '{"people": {"bob": {"role": "king"}}}', '{"readers": {"x": 3}}'])
def test_a_damaged_list_lets_nobody_in(office: Library, text: str) -> None:
    people_file(office.backend).write_text(text)
    with pytest.raises(LibraryError, match="cannot be read"):
        office.for_person(BOB)


def test_the_list_gives_roles_and_groups(office: Library) -> None:
    people = read_people(office.backend)
    assert people.person("ada").role is Role.ADMIN  # in whatever case a provider gives the name
    assert people.person("Zoe").role is Role.READER and people.person("Zoe", Role.EDITOR).role is Role.EDITOR
    assert people.person("Ada", Role.READER).role is Role.ADMIN
    assert people.person("Ann", None, ["staff"]).groups == ("staff", "board")
    assert not people.reads(Person("board", Role.READER), CLOSED), "a person is no group"
    set_person(office.backend, "Ada", None)
    assert read_people(office.backend).person("Ada").role is Role.READER


def test_each_role_may_all_that_those_below_may() -> None:
    for lower, higher in ((Role.READER, Role.EDITOR), (Role.EDITOR, Role.ADMIN)):
        assert RIGHTS[lower] < RIGHTS[higher]
    assert RIGHTS[Role.ADMIN] == set(Action)


def test_without_sign_in_all_is_as_it_was(office: Library) -> None:
    assert office.for_person(ANYONE) is office and len(office.plans()) == 3
    assert OPEN[:5] in office.plan("coast").text


def test_a_backup_keeps_who_reads_what_and_what_is_ones_own(office: Library, tmp_path: Path) -> None:
    ann = office.for_person(ANN)
    record_question(ann.backend, AskedQuestion("Mine?", (), "", False, Filter()))
    ann.save_question(QUESTION)
    made = back_up(office.backend, tmp_path / "backups")
    with Library.open(made, encoder=office.encoder) as copied:
        assert [info.id for info in copied.for_person(BOB).plans()] == ["coast", "inland"]
        assert copied.for_person(BOB).saved() == [] and len(copied.for_person(ANN).saved()) == 1
        assert [asked.question for asked in recent_questions(copied.for_person(ANN).backend)] == ["Mine?"]


def test_the_commands(office: Library, run: Run) -> None:
    place = ("--library", office.backend.location)
    assert run("person", "Zoe", "--role", "editor", "--group", "board", *place).code == 0
    assert run("readers", "Shores", "Zoe", "@staff", *place).code == 0
    told = run("people", *place).out
    assert "zoe: editor, @board" in told and "collection shores: read by Zoe, @staff" in told
    assert [info.id for info in office.for_person(BOB).plans()] == ["inland"]
    assert run("readers", "Shores", "--everyone", *place).code == 0
    assert run("person", "Zoe", "--remove", *place).code == 0
    assert "zoe" not in run("people", *place).out
    assert "not listed" in run("person", "Zoe", "--remove", *place).err
    assert "--everyone" in run("readers", "Shores", *place).err
    assert "no collection" in run("readers", "None such", "Bob", *place).err
