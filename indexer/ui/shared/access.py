"""What the pages ask of the library: opened once a server, answers kept while its generation stands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import streamlit as st

from indexer.asking.question import read_question
from indexer.comparing.grid import to_comparison
from indexer.language import finding
from indexer.library import DEFAULT_LIBRARY, Library
from indexer.storage import Scope
from indexer.types import (
    Answer,
    Cell,
    ChangedAnswer,
    Changes,
    Comparison,
    Counterpart,
    Passage,
    Plan,
    PlanInfo,
    SectionPair,
    Span,
    Survey,
    Target,
    TargetRow,
    UniqueContent,
)
from indexer.ui.shared.address import Request
from indexer.ui.shared.job import Job

#: Names the library to serve; ``plancite serve --library`` sets it.
LOCATION_VARIABLE = "PLANCITE_LIBRARY"
#: Answers kept, for all who look; one with its passages is some ten kilobytes.
_KEPT = 256

#: Which library, and the generation it is at: what everything kept depends on.
_Edition: TypeAlias = tuple[str, int]
_Texts: TypeAlias = tuple[str, ...]


def open_library() -> Library:
    """The library that this server shows. Raises LibraryError, each time until there is one."""
    return _open(_location())


def missing_library() -> str:
    """Where a library could be made, as there is nothing yet; "" where there is something."""
    if "://" in _location():
        return ""  # a server that cannot be reached is no reason to make another library
    folder = Path(_location())
    return "" if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) else str(folder)


def make_library() -> None:
    """Make an empty library where this server expects one. Raises LibraryError."""
    Library.open(_location(), create=True).close()


def list_plans(library: Library) -> list[PlanInfo]:
    """All plans of the library as it stands now, whoever changed it."""
    return _plans(library, _edition(library))


def read_plan(library: Library, plan_id: str) -> Plan:
    """One plan with its text. Raises UnknownPlanError."""
    return _plan(library, _edition(library), plan_id)


def ask(library: Library, request: Request, top_k: int) -> Answer:
    """The answer to a request, with ``top_k`` passages. Raises IndexerError."""
    return _answer(library, _edition(library), request.unsorted(), top_k)


def survey(library: Library, request: Request) -> Survey:
    """Every passage on a request's topic. Raises IndexerError."""
    return _survey(library, _edition(library), request.unsorted())


def named_plans(library: Library, question: str) -> tuple[str, ...]:
    """Ids of the plans that the question itself names, to which its search is narrowed."""
    return read_question(question, library.backend.names()).plans


def compare(library: Library, questions: _Texts, plans: _Texts) -> Job[tuple[int, Comparison]]:
    """Work that gives (index of the question, its comparison so far), one cell more each time."""
    return _comparison(library, _edition(library), questions, plans)


def count_passages(library: Library, questions: _Texts, plans: _Texts) -> Job[tuple[int, dict[str, int]]]:
    """Work that gives (index of the question, plan id -> number of its passages on the topic)."""
    return _counts(library, _edition(library), questions, plans)


def read_passages(library: Library, plan_id: str) -> list[Passage]:
    """All passages of a plan, in reading order. Raises UnknownPlanError."""
    return _passages(library, _edition(library), plan_id)


def find_words(library: Library, plan_id: str, words: str) -> list[Span]:
    """Where ``words`` stand in a plan, in order. Raises UnknownPlanError."""
    return _words(library, _edition(library), plan_id, words)


def similar(library: Library, plan: str, start: int, other: str) -> list[Counterpart]:
    """Counterparts in ``other`` of the passage of ``plan`` at ``start``, best first. Raises IndexerError."""
    return _similar(library, _edition(library), plan, start, other)


def unique_content(library: Library, plans: _Texts) -> UniqueContent:
    """What only one of ``plans`` says. Raises IndexerError."""
    return _unique_content(library, _edition(library), plans)


def align_sections(library: Library, one: str, other: str) -> list[SectionPair]:
    """Two plans' sections, matched. Raises UnknownPlanError."""
    return _sections(library, _edition(library), one, other)


def list_targets(library: Library) -> list[Target]:
    """Targets and thresholds of all plans."""
    return _targets(library, _edition(library))


def align_targets(library: Library, plans: _Texts) -> list[TargetRow]:
    """The targets of ``plans``, one indicator and one year a row. Raises UnknownPlanError."""
    return _target_rows(library, _edition(library), plans)


def changes(library: Library, plan_id: str, old: int, new: int) -> Job[Changes]:
    """Work that gives what changed in a plan between two versions, saved questions asked again."""
    return _changes(library, _edition(library), _saved(library), plan_id, old, new)


def changed_answers(library: Library) -> Job[list[ChangedAnswer]]:
    """Work that gives the saved questions whose answers are others now."""
    return _changed_answers(library, _edition(library), _saved(library))


def _saved(library: Library) -> tuple[tuple[int, str], ...]:
    """Saved questions as they stand: saving one raises no generation."""
    return tuple((saved.id, saved.at) for saved in library.saved())


def _location() -> str:
    return os.environ.get(LOCATION_VARIABLE) or DEFAULT_LIBRARY


def _edition(library: Library) -> _Edition:
    return library.backend.location, library.backend.generation


@st.cache_resource(show_spinner=False, on_release=Library.close)
def _open(location: str) -> Library:
    return Library.open(location)


# Streamlit leaves arguments with a leading underscore out of what it keeps results by.
@st.cache_data(show_spinner=False, max_entries=4)
def _plans(_library: Library, edition: _Edition) -> list[PlanInfo]:
    return _library.plans()


@st.cache_data(show_spinner=False, max_entries=32)
def _plan(_library: Library, edition: _Edition, plan_id: str) -> Plan:
    return _library.plan(plan_id)


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _answer(_library: Library, edition: _Edition, request: Request, top_k: int) -> Answer:
    plans, section = request.plans or None, request.section or None
    return _library.ask(request.question, plans=plans, section=section, top_k=top_k)


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _survey(_library: Library, edition: _Edition, request: Request) -> Survey:
    return _library.survey(request.question, plans=request.plans or None, section=request.section or None)


@st.cache_resource(show_spinner=False, max_entries=32, on_release=Job.stop)
def _comparison(_library: Library, edition: _Edition, questions: _Texts, plans: _Texts) -> Job[tuple[int, Comparison]]:
    return Job(_compared(_library, questions, plans), len(questions) * len(plans))


@st.cache_resource(show_spinner=False, max_entries=32, on_release=Job.stop)
def _counts(_library: Library, edition: _Edition, questions: _Texts, plans: _Texts) -> Job[tuple[int, dict[str, int]]]:
    work = ((i, _library.survey(question, plans=plans).by_plan) for i, question in enumerate(questions))
    return Job(work, len(questions))


@st.cache_data(show_spinner=False, max_entries=8)
def _passages(_library: Library, edition: _Edition, plan_id: str) -> list[Passage]:
    keys = _library.backend.keys(Scope((plan_id,)))
    found = _library.backend.passages(keys)
    return [found[key] for key in keys if key in found]


@st.cache_data(show_spinner=False, max_entries=32)
def _words(_library: Library, edition: _Edition, plan_id: str, words: str) -> list[Span]:
    return finding.find_words(read_plan(_library, plan_id).text, words)


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _similar(_library: Library, edition: _Edition, plan: str, start: int, other: str) -> list[Counterpart]:
    return _library.similar(plan, start, other)


@st.cache_data(show_spinner=False, max_entries=4)
def _unique_content(_library: Library, edition: _Edition, plans: _Texts) -> UniqueContent:
    return _library.unique_content(plans)


@st.cache_data(show_spinner=False, max_entries=2)
def _targets(_library: Library, edition: _Edition) -> list[Target]:
    return _library.targets()


@st.cache_data(show_spinner=False, max_entries=8)
def _target_rows(_library: Library, edition: _Edition, plans: _Texts) -> list[TargetRow]:
    return _library.align_targets(plans)


@st.cache_data(show_spinner=False, max_entries=8)
def _sections(_library: Library, edition: _Edition, one: str, other: str) -> list[SectionPair]:
    return _library.align_sections(one, other)


@st.cache_resource(show_spinner=False, max_entries=16, on_release=Job.stop)
def _changes(
    _library: Library, edition: _Edition, saved: tuple[tuple[int, str], ...], plan_id: str, old: int, new: int
) -> Job[Changes]:
    return Job((_library.changes(plan_id, old, new) for _ in range(1)), 1)


@st.cache_resource(show_spinner=False, max_entries=4, on_release=Job.stop)
def _changed_answers(
    _library: Library, edition: _Edition, saved: tuple[tuple[int, str], ...]
) -> Job[list[ChangedAnswer]]:
    return Job((_library.changed_answers() for _ in range(1)), 1)


def _compared(library: Library, questions: _Texts, plans: _Texts) -> Iterator[tuple[int, Comparison]]:
    """A question's cells as they are done; with the last of them, how they differ."""
    rows: dict[int, list[Cell]] = {}
    for i, cell in library.compare_many(questions, plans):
        row = rows.setdefault(i, [])
        row.append(cell)
        whole = len(row) == len(plans)
        yield i, to_comparison(library.backend, questions[i], row) if whole else Comparison(questions[i], tuple(row))
