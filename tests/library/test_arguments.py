"""The Python API: what it takes, what it says of what it does not take, and how its results print."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from commands import Run
from fakes import FakeEncoder

import indexer
from indexer import errors, types
from indexer.errors import LibraryError, ModelError, QuestionError, UnknownPlanError
from indexer.library import Library
from indexer.types import Filter

ANHUI = "Anhui Plan\n\n1. Industry\nCement kilns close by 2025. Steel output falls.\n"
HENAN = "Henan Plan\n\n1. Land\nForests cover a fifth. Cement quotas are kept.\n"


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "anhui.txt").write_text(ANHUI)
    (folder / "henan.txt").write_text(HENAN)
    return folder


@pytest.fixture
def filled(library: Library, plans: Path) -> Library:
    library.add(plans)
    return library


# -- what it takes ---------------------------------------------------------------------------------


def test_a_path_is_opened_not_wrapped(tmp_path: Path) -> None:
    for path in (tmp_path, str(tmp_path)):
        with pytest.raises(TypeError, match=r"`backend` is a path\. .*Library\.open\(path\)"):
            Library(path)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        lambda folder: str(folder / "anhui.txt"),
        lambda folder: folder / "anhui.txt",
        lambda folder: [str(folder / "anhui.txt")],
        lambda folder: (path for path in [folder / "anhui.txt"]),
    ],
)
def test_add_takes_one_path_or_several_and_does_not_wait_to_be_read(
    library: Library, plans: Path, given: Callable[[Path], object]
) -> None:
    library.add(given(plans))  # type: ignore[arg-type]
    assert [info.id for info in library.plans()] == ["anhui"]


def test_add_takes_a_folder_and_reports_in_a_list(library: Library, plans: Path) -> None:
    reports = library.add(str(plans))
    assert [(r.status, r.plan) for r in reports] == [("added", "anhui"), ("added", "henan")]
    assert str(reports[0]) == f"{plans / 'anhui.txt'}: added, {reports[0].passages} passages"


def test_add_iter_adds_a_file_when_its_report_is_asked_for(library: Library, plans: Path) -> None:
    adding = library.add_iter(plans)
    assert library.plans() == []
    assert next(adding).plan == "anhui"
    assert [info.id for info in library.plans()] == ["anhui"]


def test_a_lone_string_is_one_plan(filled: Library) -> None:
    for plans in ("anhui", ["anhui"], ("anhui", "anhui"), iter(["anhui"])):
        assert {hit.passage.plan for hit in filled.ask("cement", plans=plans).hits} == {"anhui"}
    assert {hit.passage.plan for hit in filled.ask("cement", plans="henan", every=True).hits} == {"henan"}
    assert filled.save_question("cement?", plans="henan").plans == ("henan",)
    assert filled.targets("anhui") == filled.targets(["anhui"])
    filled.remove("anhui")
    assert [info.id for info in filled.plans()] == ["henan"]


def test_search_ranks_as_ask_does(filled: Library) -> None:
    hits = filled.search("cement kilns", top_k=2)
    assert tuple(hits) == filled.ask("cement kilns", top_k=2).hits
    assert len(hits) == 2
    hit = hits[0]
    assert hit.text == hit.passage.text
    assert (hit.citation.plan, hit.citation.quote) == (hit.passage.plan, hit.text)
    plan = filled.plan(hit.passage.plan)
    assert plan.text[hit.citation.start : hit.citation.end] == hit.citation.quote
    assert {hit.text[a:b].lower() for a, b in hit.highlights} >= {"cement", "kilns"}
    assert {h.passage.plan for h in filled.search("cement", plans="henan")} == {"henan"}


def test_an_encoder_is_used_as_given(tmp_path: Path, plans: Path) -> None:
    encoder = FakeEncoder(64, "own@1", "own")
    with Library.open(tmp_path / "own", create=True, encoder=encoder) as library:
        library.add(plans)
        assert library.encoder is encoder
    assert encoder.embedded
    with pytest.raises(ModelError, match="own@1, not other@1"):
        Library.open(tmp_path / "own", encoder=FakeEncoder(64, "other@1", "other"))
    with pytest.raises(TypeError, match="model or encoder"):
        Library.open(tmp_path / "own", encoder=encoder, model="own")


# -- what it does not take -------------------------------------------------------------------------

WRONG: list[tuple[str, Callable[[Library], object]]] = [
    ("paths", lambda library: library.add(3)),  # type: ignore[arg-type]
    ("paths", lambda library: library.add(b"anhui.txt")),  # type: ignore[arg-type]
    ("paths", lambda library: library.add([None])),  # type: ignore[list-item]
    ("paths", lambda library: library.add_iter(None)),  # type: ignore[arg-type]
    ("plan_id", lambda library: library.add("x.txt", plan_id=3)),  # type: ignore[arg-type]
    ("plans", lambda library: library.ask("cement", plans=3)),  # type: ignore[arg-type]
    ("plans", lambda library: library.ask("cement", plans=[3])),  # type: ignore[list-item]
    ("plans", lambda library: library.compare("cement", 3)),  # type: ignore[arg-type]
    ("filter", lambda library: library.ask("cement", filter="coal")),  # type: ignore[arg-type]
    ("filter.tag", lambda library: library.plans(Filter(tag=3))),  # type: ignore[arg-type]
    ("filter.year", lambda library: library.facets(Filter(year=(2022,)))),  # type: ignore[arg-type]
    ("tags", lambda library: library.edit("anhui", tags=3)),  # type: ignore[arg-type]
    ("edit", lambda library: library.undo_edit("anhui")),  # type: ignore[arg-type]
    ("name", lambda library: library.set_collection(3)),  # type: ignore[arg-type]
    ("plans", lambda library: library.remove(None)),  # type: ignore[arg-type]
    ("plans", lambda library: library.targets(b"anhui")),  # type: ignore[arg-type]
    ("question", lambda library: library.ask(None)),  # type: ignore[arg-type]
    ("question", lambda library: library.ask(["cement"], every=True)),  # type: ignore[arg-type]
    ("query", lambda library: library.search(b"cement")),  # type: ignore[arg-type]
    ("questions", lambda library: library.compare_many([1], ["anhui", "henan"])),  # type: ignore[list-item]
    ("section", lambda library: library.ask("cement", section=3)),  # type: ignore[arg-type]
    ("year", lambda library: library.ask("cement", year="2022")),  # type: ignore[arg-type]
    ("top_k", lambda library: library.ask("cement", top_k="3")),  # type: ignore[arg-type]
    ("top_k", lambda library: library.search("cement", True)),
    ("start", lambda library: library.similar("anhui", 1.5, "henan")),  # type: ignore[arg-type]
    ("plan_id", lambda library: library.plan(None)),  # type: ignore[arg-type]
    ("version", lambda library: library.restore("anhui", "1")),  # type: ignore[arg-type]
    ("title", lambda library: library.edit("anhui", title=3)),  # type: ignore[arg-type]
    ("machine_translated", lambda library: library.edit("anhui", machine_translated="yes")),  # type: ignore[arg-type]
    ("model", lambda library: library.rebuild(3)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("name", "call"), WRONG, ids=[f"{name}-{n}" for n, (name, _) in enumerate(WRONG)])
def test_a_wrong_type_names_the_argument(filled: Library, name: str, call: Callable[[Library], object]) -> None:
    before = filled.backend.generation
    with pytest.raises(TypeError, match=rf"^{name} must be "):
        call(filled)
    assert filled.backend.generation == before


def test_top_k_of_none_speaks_of_the_argument(filled: Library) -> None:
    for ask in (filled.ask, filled.search):
        with pytest.raises(QuestionError, match=r"`top_k` must be 1 or more, not 0\."):
            ask("cement", top_k=0)
    assert len(filled.search("cement", np.int64(1))) == 1  # type: ignore[arg-type]


def test_an_unknown_plan_is_named_with_those_like_it(library: Library, tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"region{n:02}.txt").write_text(f"Plan of region {n}\n\nCement kilns close.\n")
    (tmp_path / "shaanxi.txt").write_text("Shaanxi Plan\n\nCement quotas are kept.\n")
    library.add(sorted(tmp_path.glob("*.txt")))
    for use in (
        lambda: library.ask("cement", plans="shanxi"),
        lambda: library.search("cement", plans=["region00", "shanxi"]),
        lambda: library.plan("shanxi"),
        lambda: library.compare("cement", ["region00", "shanxi"]),
        lambda: library.targets("shanxi"),
        lambda: library.remove("shanxi"),
        lambda: library.versions("shanxi"),
    ):
        with pytest.raises(UnknownPlanError, match=r"no plan 'shanxi' in this library\. It holds: shaanxi,"):
            use()
    assert len(library.plans()) == 13


def test_errors_of_the_library_speak_of_arguments_alone(filled: Library, plans: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "anhui.txt").write_text(HENAN + "More.")
    (report,) = filled.add(tmp_path / "other")
    said = [report.detail]
    calls: list[Callable[[], object]] = [
        lambda: filled.compare("cement", "anhui"),
        lambda: filled.similar("anhui", 0, "anhui"),
        lambda: filled.restore("anhui"),
        lambda: filled.ask("cement", top_k=-1),
    ]
    for call in calls:
        with pytest.raises((QuestionError, LibraryError)) as raised:
            call()
        said.append(str(raised.value))
    for sentence in said:
        assert re.search(r"`\w+`", sentence), sentence
        assert not re.search(r"(?<!\w)--\w", sentence), sentence


@pytest.mark.usefixtures("fake", "filled")
def test_the_command_line_words_arguments_as_options(run: Run, tmp_path: Path) -> None:
    at = ("--library", tmp_path / "library")
    said = run("compare", "cement", "--plan", "anhui", *at).err
    assert "--plan ID" in said and "`" not in said
    said = run("restore", "anhui", *at).err
    assert "--version N" in said and "`" not in said


# -- how results print -----------------------------------------------------------------------------

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def hostile(library: Library, tmp_path: Path) -> Library:
    for name in ("evil", "wicked"):
        (tmp_path / f"{name}.txt").write_text(
            f"{name} {EVIL}\n\n1. {EVIL}\nCement & {EVIL} kilns of {name} close by 2025.\n"
        )
        library.add(tmp_path / f"{name}.txt")
        library.edit(name, title=f"{name} {EVIL}")
    return library


def test_results_print_as_lines(filled: Library) -> None:
    hits = filled.search("cement kilns")
    assert len(str(hits).splitlines()) == len(hits)
    assert str(hits[0]).startswith(f"{hits[0].score:.3f}  Anhui Plan 1. Industry Cement kilns close by 2025. Steel")
    assert str(hits[0].citation) == "Anhui Plan › 1. Industry"
    assert "Anhui Plan › 1. Industry" in str(hits[0])
    assert str(filled.plans()).splitlines()[0].startswith("anhui: Anhui Plan (")
    assert repr(filled) == f"Library({filled.backend.location!r})"
    assert ANHUI not in repr(filled.plan("anhui"))
    answer = filled.ask("Which kilns close by 2025?")
    assert answer.found and answer.text == " ".join(s.text for s in answer.sentences)
    assert [citation.quote for citation in answer.citations] == [s.text for s in answer.sentences]
    assert "[1] Anhui Plan › 1. Industry" in str(answer)
    missing = filled.ask("What is the price of a ticket to Mars?")
    assert (missing.found, missing.text) == (False, "")
    assert str(missing).startswith("Not found in ")
    compared = filled.compare("cement kilns", ["anhui", "henan"])
    assert [line for line in str(compared).splitlines() if line.endswith("Plan")] == ["Anhui Plan", "Henan Plan"]


def test_notebooks_show_highlights_and_escape_all_else(hostile: Library) -> None:
    shown = [
        hostile.search("cement kilns")._repr_html_(),
        hostile.search("cement kilns")[0]._repr_html_(),
        hostile.ask("Which cement kilns of evil close by 2025?")._repr_html_(),
        hostile.ask("What is the price of a ticket to Mars?")._repr_html_(),
        hostile.ask("cement kilns", every=True)._repr_html_(),
        hostile.compare("Which cement kilns close by 2025?", ["evil", "wicked"])._repr_html_(),
        hostile.plans()._repr_html_(),
    ]
    for page in shown:
        assert "<script" not in page
        assert html.escape(EVIL) in re.sub("</?mark>", "", page)
    assert "<mark>Cement</mark> &amp; " in shown[0]
    assert shown[0].count("<li>") == len(hostile.search("cement kilns"))


# -- what is exported ------------------------------------------------------------------------------


def test_all_public_names_are_exported() -> None:
    kinds = {name for name in types.__all__ if isinstance(getattr(types, name), type)}
    raised = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert set(indexer.__all__) == kinds | raised | {"Encoder", "Library", "Span"}
    namespace: dict[str, object] = {}
    exec("from indexer import *", namespace)
    assert set(indexer.__all__) <= set(namespace)
    assert dir(indexer) == indexer.__all__
    with pytest.raises(AttributeError, match="'page_at'"):
        _ = indexer.page_at  # type: ignore[attr-defined]
    assert set(types.__all__) == {
        name
        for name, value in vars(types).items()
        if getattr(value, "__module__", "") == types.__name__ and not name.startswith("_")
    } | {"Span"}
