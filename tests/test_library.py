"""The facade: files in, answers out, and nothing half done."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import FakeEncoder

from indexer.errors import LibraryError, ModelError, QuestionError, UnknownPlanError
from indexer.library import Library
from indexer.reading.passages import indexed_text
from indexer.types import Added, Stage

ANHUI = "Anhui Plan\n\n1. Industry\nCement kilns close by 2025. Steel output falls.\n\n2. Energy\nWind farms grow to 13.7 GW.\n"
KINDS = "wind solar coal hydro tidal nuclear biomass".split()
HENAN = "Henan Plan\n\n1. Land\nForests cover a fifth. Wetlands are kept.\n"


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "anhui.txt").write_text(ANHUI)
    (folder / "henan.txt").write_text(HENAN)
    return folder


def add(library: Library, *paths: Path, **options: object) -> list[Added]:
    return list(library.add_iter(paths, **options))  # type: ignore[arg-type]


def statuses(reports: list[Added]) -> list[tuple[str, str | None]]:
    return [(r.status, r.plan) for r in reports]


# -- adding --------------------------------------------------------------------------------------


def test_adding_files(library: Library, plans: Path, fake_encoder: FakeEncoder) -> None:
    reports = add(library, plans / "anhui.txt", plans / "henan.txt")
    assert statuses(reports) == [("added", "anhui"), ("added", "henan")]
    infos = library.plans()
    assert [i.id for i in infos] == ["anhui", "henan"]
    assert [i.passages for i in infos] == [r.passages for r in reports]
    assert library.plan("anhui").text == ANHUI
    assert library.check() == []
    # what is embedded is the passage in its context
    keys = library.backend.keys(_everything())
    stored = library.backend.passages(keys)
    assert fake_encoder.embedded == [indexed_text(stored[key]) for key in keys]
    assert library.backend.model == (fake_encoder.source, fake_encoder.fingerprint)


def _everything() -> object:
    from indexer.storage import Scope

    return Scope()


def test_the_same_file_again_changes_nothing(library: Library, plans: Path, fake_encoder: FakeEncoder) -> None:
    first = add(library, plans / "anhui.txt")[0]
    fake_encoder.embedded.clear()
    copy = plans / "copy of anhui.txt"
    copy.write_text(ANHUI)
    for path, options in ((plans / "anhui.txt", {}), (copy, {}), (copy, {"plan_id": "other"})):
        (report,) = add(library, path, **options)
        assert (report.status, report.plan, report.passages) == ("same", "anhui", first.passages)
        assert report.detail == "same as anhui"
    assert library.backend.generation == 1
    assert fake_encoder.embedded == []
    # with replace, too, as long as the id is its own
    assert statuses(add(library, plans / "anhui.txt", replace=True)) == [("same", "anhui")]
    assert library.backend.generation == 1


def test_a_plan_that_changed_on_disk_is_replaced_by_its_own_file(library: Library, plans: Path) -> None:
    add(library, plans / "anhui.txt", plans / "henan.txt")
    with sqlite3.connect(Path(library.backend.location) / "plans.sqlite") as connection:
        connection.execute("UPDATE texts SET text = replace(text, '2025', '2035')")
    connection.close()
    with pytest.raises(LibraryError, match="anhui: its text changed on disk"):
        library.plan("anhui")
    (report,) = add(library, plans / "anhui.txt", plan_id="anhui", replace=True)
    assert (report.status, report.plan) == ("added", "anhui")
    assert library.plan("anhui").text == ANHUI
    assert library.check() == []


def test_a_file_that_has_changed_replaces_itself(library: Library, plans: Path) -> None:
    add(library, plans / "anhui.txt", plans / "henan.txt")
    (plans / "anhui.txt").write_text(ANHUI.replace("2025", "2027"))
    assert statuses(add(library, plans / "anhui.txt", plans / "henan.txt")) == [
        ("replaced", "anhui"),
        ("same", "henan"),
    ]
    assert "2027" in library.plan("anhui").text
    assert len(library.plans()) == 2
    assert library.check() == []


def test_another_file_of_the_same_name_is_refused(library: Library, plans: Path, tmp_path: Path) -> None:
    add(library, plans / "anhui.txt")
    (tmp_path / "new").mkdir()
    other = tmp_path / "new" / "anhui.txt"
    other.write_text(HENAN)
    (report,) = add(library, other)
    assert (report.status, report.plan) == ("failed", None)
    assert str(other) in report.detail
    assert str(plans / "anhui.txt") in report.detail
    assert "`plan_id`" in report.detail
    assert "`replace`" in report.detail
    assert library.plan("anhui").text == ANHUI
    assert library.backend.generation == 1
    # each of the remedies works
    assert statuses(add(library, other, plan_id="anhui-2")) == [("added", "anhui-2")]
    assert statuses(add(library, other, replace=True)) == [("replaced", "anhui")]
    assert library.plan("anhui").text == HENAN


def test_the_same_name_in_another_folder_is_another_file(
    library: Library, plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # both are called "anhui.txt" where they are added from
    monkeypatch.chdir(plans)
    add(library, Path("anhui.txt"))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "anhui.txt").write_text(HENAN)
    monkeypatch.chdir(tmp_path / "new")
    assert statuses(add(library, Path("anhui.txt"))) == [("failed", None)]
    assert library.plan("anhui").text == ANHUI
    # and the first one is known for the same from anywhere
    (plans / "anhui.txt").write_text(ANHUI.replace("2025", "2027"))
    assert statuses(add(library, Path("../plans/anhui.txt"))) == [("replaced", "anhui")]


def test_a_file_that_cannot_be_read_is_a_line_in_the_report(library: Library, plans: Path) -> None:
    (plans / "bad.pdf").write_bytes(b"no PDF")
    reports = add(library, plans / "gone.txt", plans / "anhui.txt", plans / "bad.pdf", plans / "henan.txt")
    assert statuses(reports) == [("failed", None), ("added", "anhui"), ("failed", None), ("added", "henan")]
    assert all(r.detail.count(str(plans)) == 1 for r in reports if r.status == "failed")
    assert [p.id for p in library.plans()] == ["anhui", "henan"]
    assert library.check() == []


def test_a_replacement_that_cannot_be_read_leaves_the_plan(library: Library, plans: Path) -> None:
    add(library, plans / "anhui.txt")
    (plans / "anhui.txt").write_bytes(b"\x00\x01" * 500)
    assert statuses(add(library, plans / "anhui.txt")) == [("failed", None)]
    assert library.plan("anhui").text == ANHUI


def test_a_stop_while_embedding_adds_nothing_of_that_file(
    library: Library, plans: Path, fake_encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = fake_encoder.embed

    def stops(texts: list[str], progress: object = None) -> object:
        if any("Forests" in text for text in texts):
            raise KeyboardInterrupt
        return embed(texts)

    monkeypatch.setattr(fake_encoder, "embed", stops)
    with pytest.raises(KeyboardInterrupt):
        add(library, plans / "anhui.txt", plans / "henan.txt")
    assert [p.id for p in library.plans()] == ["anhui"]
    assert library.check() == []


def test_progress_is_told_for_each_file(library: Library, plans: Path) -> None:
    told: list[tuple[str, Stage, int, int]] = []
    reports = add(
        library,
        plans / "anhui.txt",
        plans / "henan.txt",
        progress=lambda path, stage, done, total: told.append((path.name, stage, done, total)),
    )
    for name, report in zip(("anhui.txt", "henan.txt"), reports, strict=True):
        own = [(stage, done, total) for told_name, stage, done, total in told if told_name == name]
        total = report.passages
        embedded = [(Stage.EMBEDDING, n, total) for n in range(total + 1)]
        assert own == [(Stage.READING, 0, 0), *embedded, (Stage.STORING, total, total)]


@pytest.mark.parametrize("after", range(3))
def test_a_cancelled_file_leaves_the_library_as_it_was(library: Library, plans: Path, after: int) -> None:
    add(library, plans / "henan.txt")
    before = (library.plans(), library.backend.generation)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > after

    (plans / "henan.txt").write_text(HENAN + "More of it. And more.\n")
    reports = add(library, plans / "henan.txt", plans / "anhui.txt", cancelled=cancelled)
    assert statuses(reports) == [("cancelled", None)]  # and the other file is not begun
    assert (library.plans(), library.backend.generation) == before
    assert library.check() == []


def test_a_file_is_cancelled_while_its_targets_are_embedded(library: Library, plans: Path) -> None:
    sentences = [f"By 2030, the capacity of {kind} power will reach {n} MW." for n, kind in enumerate(KINDS, 20)]
    (plans / "long.txt").write_text("\n".join(["Power Plan", *sentences]))
    told: list[tuple[Stage, int, int]] = []
    reports = add(
        library,
        plans / "long.txt",
        plans / "anhui.txt",
        progress=lambda path, stage, done, total: told.append((stage, done, total)),
        cancelled=lambda: bool(told) and told[-1][:2] == (Stage.TARGETS, 3),
    )
    assert statuses(reports) == [("cancelled", None)]
    texts = len(KINDS)  # the indicator of each
    assert told[-3:] == [(Stage.TARGETS, n, texts) for n in (1, 2, 3)]
    assert library.plans() == []
    assert statuses(add(library, plans / "long.txt")) == [("added", "long")]
    assert len(library.targets()) == len(KINDS)
    assert library.check() == []


def test_closing_the_generator_stops_behind_a_whole_file(library: Library, plans: Path) -> None:
    adding = library.add_iter([plans / "anhui.txt", plans / "henan.txt"])
    assert next(adding).status == "added"
    adding.close()
    assert [info.id for info in library.plans()] == ["anhui"]
    assert library.check() == []


def test_records_keep_their_ids(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "rules.jsonl"
    path.write_text('{"id": "r/7", "text": "Cement kilns close."}\n{"id": "r/8", "text": "Wind farms grow."}\n')
    add(library, path)
    assert [(h.passage.record, h.passage.text) for h in library.ask("cement kilns").hits][:1] == [
        ("r/7", "Cement kilns close.")
    ]


# -- removing and rebuilding -----------------------------------------------------------------------


def test_removing(library: Library, plans: Path) -> None:
    add(library, plans / "anhui.txt", plans / "henan.txt")
    with pytest.raises(UnknownPlanError, match="anhui, henan"):
        library.remove(["anhui", "hubei"])
    assert len(library.plans()) == 2
    library.remove(["anhui"])
    assert [p.id for p in library.plans()] == ["henan"]
    with pytest.raises(UnknownPlanError):
        library.plan("anhui")
    assert statuses(add(library, plans / "anhui.txt")) == [("added", "anhui")]
    assert library.check() == []


def test_rebuilding_keeps_the_plans(library: Library, plans: Path) -> None:
    add(library, plans / "anhui.txt", plans / "henan.txt")
    before = (library.plans(), library.plan("anhui"), [h.passage for h in library.ask("wind farms").hits])
    library.rebuild()
    assert (library.plans(), library.plan("anhui"), [h.passage for h in library.ask("wind farms").hits]) == before
    assert library.backend.generation == 3
    assert library.check() == []


def test_rebuilding_with_another_model(library: Library, plans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(library, plans / "anhui.txt")
    other = FakeEncoder(64, "other@1", "other")
    monkeypatch.setattr("indexer.library.facade.load_encoder", lambda source, notify: {"other": other}[source])
    library.rebuild("other")
    assert library.backend.model == ("other", "other@1")
    assert library.encoder is other
    assert library.ask("wind farms").hits[0].passage.plan == "anhui"
    assert library.check() == []


# -- models --------------------------------------------------------------------------------------


def test_a_library_opens_with_its_own_model(
    open_library: Callable[..., Library], plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(open_library(FakeEncoder(64, "own@1", "own")), plans / "anhui.txt")
    asked: list[tuple[object, ...]] = []

    def load(*arguments: object, notify: object) -> FakeEncoder:
        asked.append(arguments)
        return FakeEncoder(64, "own@1", "own")

    monkeypatch.setattr("indexer.library.facade.load_encoder", load)
    with Library.open(tmp_path / "library") as library:
        assert asked == []  # not before it is needed
        assert library.encoder.fingerprint == "own@1"
        assert library.encoder is library.encoder
    assert asked == [("own", "own@1")]


@pytest.mark.parametrize("model", [None, "other"])
def test_another_model_is_refused(
    open_library: Callable[..., Library],
    plans: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: str | None,
) -> None:
    add(open_library(FakeEncoder(64, "own@1", "own")), plans / "anhui.txt")
    monkeypatch.setattr("indexer.library.facade.load_encoder", lambda *a, notify: FakeEncoder(64, "other@1", "other"))
    with Library.open(tmp_path / "library", model=model) as library:
        for use in (
            lambda: library.ask("wind"),
            lambda: library.search("wind"),
            lambda: add(library, plans / "henan.txt"),
            lambda: library.encoder,
        ):
            with pytest.raises(ModelError, match=r"own@1, not other@1.*`rebuild`"):
                use()
        assert [p.id for p in library.plans()] == ["anhui"]
        assert library.backend.generation == 1


def test_an_emptied_library_takes_another_model(
    open_library: Callable[..., Library], plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_library(FakeEncoder(64, "own@1", "own"))
    add(first, plans / "anhui.txt")
    first.remove(["anhui"])
    monkeypatch.setattr("indexer.library.facade.load_encoder", lambda *a, notify: FakeEncoder(32, "other@1", "other"))
    with Library.open(tmp_path / "library", model="other") as library:
        assert statuses(add(library, plans / "anhui.txt")) == [("added", "anhui")]
        assert library.backend.model == ("other", "other@1")


def test_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="There is no library"):
        Library.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


# -- asking ----------------------------------------------------------------------------------------

QUESTIONS = [
    "What are the cement capacity rules?",
    "What share of electricity is non-fossil by 2025 in Liaoning?",
    "Which industries must save energy?",
    "How are forests protected?",
    "When does Sichuan reach its carbon peak?",
    "What is the price of a railway ticket to Mars?",
    "水泥产能",
    "?! electric buses",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_that_is_shown_is_a_slice_of_a_plan(sample_library: Library, question: str) -> None:
    answer = sample_library.ask(question)
    assert answer.question == question
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        plan = sample_library.plan(citation.plan)
        assert plan.text[citation.start : citation.end] == citation.quote
        assert plan.title == citation.title
    by_number = {c.n: c for c in answer.citations}
    for sentence in answer.sentences:
        assert sentence.text == by_number[sentence.citation].quote
        assert all(0 <= a < b <= len(sentence.text) for a, b in sentence.emphasis)
    assert answer.found == bool(answer.sentences)
    assert (answer.nearest is None) or not answer.found
    scores = [h.score for h in answer.hits]
    assert scores == sorted(scores, reverse=True)
    assert len(answer.hits) == 10
    for hit in (*answer.hits, *([answer.nearest] if answer.nearest else [])):
        p = hit.passage
        assert sample_library.plan(p.plan).text[p.start : p.end] == p.text
        assert all(0 <= a < b <= len(p.text) for a, b in hit.highlights)
        assert list(hit.highlights) == sorted(hit.highlights)


def test_a_question_about_the_plans_is_answered_and_another_is_not(sample_library: Library) -> None:
    assert sample_library.ask(QUESTIONS[0]).found
    refused = sample_library.ask("What is the price of a railway ticket to Mars?")
    assert not refused.found
    assert refused.nearest
    assert "Mars" in refused.unmatched


def test_scopes(sample_library: Library) -> None:
    infos = {p.id: p.passages for p in sample_library.plans()}
    everything = sample_library.ask("cement capacity")
    assert everything.searched == sum(infos.values())
    one = sample_library.ask("cement capacity", plans=["sichuan"])
    assert one.searched == infos["sichuan"]
    assert {h.passage.plan for h in one.hits} == {"sichuan"}
    two = sample_library.ask("cement capacity", plans=["sichuan", "national", "sichuan"])
    assert two.searched == infos["sichuan"] + infos["national"]
    section = sample_library.ask("capacity", plans=["sichuan"], section="general requirements")
    assert 0 < section.searched < infos["sichuan"]
    assert all(any("general requirements" in s.lower() for s in h.passage.section) for h in section.hits)
    nothing = sample_library.ask("capacity", section="no such heading")
    assert (nothing.searched, nothing.hits, nothing.found) == (0, (), False)


def test_a_plan_named_in_the_question_narrows_to_it(sample_library: Library) -> None:
    answer = sample_library.ask("What are the cement capacity rules in Liaoning?")
    assert {h.passage.plan for h in answer.hits} == {"liaoning"}


@pytest.mark.parametrize("top_k", [1, 3, 25])
def test_top_k(sample_library: Library, top_k: int) -> None:
    answer = sample_library.ask("carbon peak", top_k=top_k)
    assert len(answer.hits) == top_k
    assert answer.hits == sample_library.ask("carbon peak", top_k=25).hits[:top_k]


def test_questions_that_cannot_be_asked(sample_library: Library) -> None:
    for question in ("", "  ", "?!"):
        with pytest.raises(QuestionError, match="Type a question"):
            sample_library.ask(question)
        with pytest.raises(QuestionError, match="Type a question"):
            sample_library.ask(question, every=True)
    with pytest.raises(QuestionError, match="2001 characters, 2000 at most"):
        sample_library.ask("x" * 2001)
    with pytest.raises(QuestionError, match="1 or more"):
        sample_library.ask("cement", top_k=0)
    with pytest.raises(UnknownPlanError, match=r"'hubei'.*liaoning, national, sichuan"):
        sample_library.ask("cement", plans=["hubei"])


def test_an_empty_library_answers_nothing(library: Library) -> None:
    answer = library.ask("cement")
    assert (answer.searched, answer.found, answer.hits) == (0, False, ())
    assert library.ask("cement", every=True).hits == ()
    assert library.check() == []


def test_every_answer_lists_each_passage_once(sample_library: Library) -> None:
    found = sample_library.ask("forests", every=True)
    assert found.hits
    assert found.searched == sum(p.passages for p in sample_library.plans())
    assert len({(h.passage.plan, h.passage.start) for h in found.hits}) == len(found.hits)


def test_the_same_question_gives_the_same_answer(sample_library: Library) -> None:
    assert sample_library.ask(QUESTIONS[0]) == sample_library.ask(QUESTIONS[0])


@pytest.mark.real
def test_the_real_plans_hold_the_invariants(open_library: Callable[..., Library], data: Path, encoder: object) -> None:
    library = open_library(encoder)
    assert statuses(add(library, data / "plans" / "liaoning.txt")) == [("added", "liaoning")]
    assert library.check() == []
    for question in QUESTIONS:
        for citation in library.ask(question).citations:
            assert library.plan(citation.plan).text[citation.start : citation.end] == citation.quote


def test_a_plan_replaced_in_the_midst_of_a_search_is_found_as_it_is_now(
    library: Library, plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, plans / "anhui.txt")
    (plans / "anhui.txt").write_text(ANHUI.replace("2025", "2027"))
    backend = library.backend
    search = backend.search_dense
    came: list[int] = []

    def overtaken(*arguments: object) -> object:
        found = search(*arguments)  # type: ignore[arg-type]
        if not came:
            came.append(1)
            add(library, plans / "anhui.txt")
        return found

    monkeypatch.setattr(backend, "search_dense", overtaken)
    answer = library.ask("cement kilns")
    assert came
    assert any("2027" in hit.passage.text for hit in answer.hits)
    assert len(answer.hits) == library.plans()[0].passages


def test_plans_gone_in_the_midst_of_a_search_are_no_error(
    library: Library, plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, plans / "anhui.txt")
    monkeypatch.setattr(library.backend, "passages", lambda keys: {})
    answer = library.ask("cement kilns")
    assert (answer.found, answer.hits) == (False, ())


def test_another_process_embedded_all_with_another_model(
    library: Library, plans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, plans)
    assert library.ask("cement kilns").found
    other = FakeEncoder(64, "fake@2", "other")
    with Library.open(tmp_path / "library", encoder=library.encoder) as elsewhere:
        monkeypatch.setattr("indexer.library.facade.load_encoder", lambda *named, notify: other)
        elsewhere.rebuild("other")
    assert library.encoder is other
    assert library.ask("cement kilns").hits[0].passage.plan == "anhui"
    assert library.backend.model == ("other", "fake@2")


def test_a_page_of_the_database_that_is_damaged_is_said(library: Library, plans: Path, tmp_path: Path) -> None:
    add(library, plans)
    library.close()
    file = tmp_path / "library" / "plans.sqlite"
    with sqlite3.connect(file) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'plans'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : page * size] = b"\x7f" * size
    file.write_bytes(data)
    with Library.open(tmp_path / "library") as damaged:
        with pytest.raises(LibraryError, match=r"is damaged .* Restore it from a copy"):
            damaged.plans()
        assert damaged.check()


def test_records_of_one_page_are_counted_once(library: Library, tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": f"Rule {n} on kilns.", "page": 1 + n // 10} for n in range(30)]
    (tmp_path / "rules.jsonl").write_text("\n".join(map(json.dumps, rows)))
    add(library, tmp_path / "rules.jsonl")
    assert library.plans()[0].pages == 3
