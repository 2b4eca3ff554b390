"""What the pages ask of the library: opened once per server, results kept until the library changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from indexer.api.sign_in import settings_from_environment
from indexer.asking.following import follow
from indexer.asking.glossary import glossary_file
from indexer.asking.naming import plan_names
from indexer.asking.syntax import parse_query
from indexer.comparing.grid import to_comparison
from indexer.errors import RightsError
from indexer.language import finding
from indexer.language.sentences import fold_space
from indexer.library import DEFAULT_LIBRARY, Library, suggesting
from indexer.library.limits import LIMITS
from indexer.library.rights import ANYONE, Mode, Person
from indexer.library.task import Task
from indexer.reading.doubts import Doubtful, doubtful_places
from indexer.storage import Scope
from indexer.translation import _
from indexer.types import (
    ALL_PLANS,
    Answer,
    Cell,
    ChangedAnswer,
    Changes,
    Citation,
    Comparison,
    Counterpart,
    Filter,
    Passage,
    Plan,
    PlanInfo,
    SectionPair,
    Span,
    Target,
    TargetRow,
    UniqueContent,
)
from indexer.wording import READS_BADLY

P = ParamSpec("P")
T = TypeVar("T")
_Texts: TypeAlias = tuple[str, ...]

#: Names the library to serve; ``plancite serve --library`` sets it.
LOCATION_VARIABLE = "PLANCITE_LIBRARY"
#: Answers kept, for all sessions; one with its passages is some ten kilobytes.
_ANSWERS = 256
#: Suggestions that a page holds, some ten kilobytes.
_SUGGESTED = 300


def _edition(library: Library) -> tuple[Any, ...]:
    """Which library, at which change of it or of its glossary, and with which rights."""
    glossary = glossary_file(library.backend)
    changed = glossary.stat().st_mtime_ns if glossary.exists() else 0
    return library.backend.location, library.backend.generation, changed, library.backend.rights


def _edition_and_saved(library: Library) -> tuple[Any, ...]:
    """The same with the saved questions, which may change without any other change."""
    return *_edition(library), tuple((saved.id, saved.at) for saved in library.saved())


def _edition_and_owner(library: Library) -> tuple[Any, ...]:
    """The same with the person whose questions are among what is suggested."""
    return *_edition(library), library.backend.owner


def cached(
    entries: int, *, tasks: bool = False, edition: Callable[[Library], tuple[Any, ...]] = _edition
) -> Callable[[Callable[Concatenate[Library, P], T]], Callable[Concatenate[Library, P], T]]:
    """Keep the last ``entries`` results of a function of a library until ``edition`` of the library changes.

    Results are copied for each caller, except ``tasks``, which all sessions share and which stop when dropped.
    """
    options: dict[str, Any] = {"show_spinner": False, "max_entries": entries}
    cache = st.cache_resource(on_release=Task.stop, **options) if tasks else st.cache_data(**options)

    def decorate(function: Callable[Concatenate[Library, P], T]) -> Callable[Concatenate[Library, P], T]:
        # Streamlit hashes no argument with a leading underscore.
        def kept(_library: Library, edition: tuple[Any, ...], *args: P.args, **kwargs: P.kwargs) -> T:
            return function(_library, *args, **kwargs)

        kept.__qualname__ = function.__qualname__  # Streamlit tells caches apart by it
        keeping = cache(kept)

        def looks_up(library: Library, /, *args: P.args, **kwargs: P.kwargs) -> T:
            found: T = keeping(library, edition(library), *args, **kwargs)
            return found

        looks_up.__doc__ = function.__doc__
        return looks_up

    return decorate


def open_library() -> Library:
    """The library as the person who looks at the page sees it.

    Raises LibraryError, each time until there is one, and RightsError where nobody has signed in.
    """
    who = signed_in()
    if who is None:
        raise RightsError(_("You are not signed in."))
    return open_whole().for_person(who)


def open_whole() -> Library:
    """The library that this server shows, for whoever must see all of it. Raises LibraryError."""
    return _open(_location())


def signed_in() -> Person | None:
    """Who looks at the page: ``ANYONE`` where nobody signs in, None for who has yet to. Raises LibraryError."""
    settings = settings_from_environment()
    if settings.mode is Mode.NONE:
        return ANYONE
    if settings.mode is Mode.OIDC:
        return settings.person(open_whole, st.user.to_dict()) if st.user.is_logged_in else None
    return settings.person(open_whole, settings.by_headers(request_headers(settings.header_names)))


def request_headers(names: Iterable[str]) -> list[tuple[str, str]]:
    """Headers of the request that the page's session began with, each as often as it came."""
    return [(name, value) for name in names for value in st.context.headers.get_all(name)]


def refuse_outdated(library: Library) -> None:
    """Raise RightsError for a library that was opened with rights which its person no longer has."""
    if library is not library.whole and library is not open_library():
        raise RightsError(_("Your rights have changed since this page was drawn. Look at it again."))


def missing_library() -> str:
    """Where a library could be made, as there is nothing yet; "" where there is something."""
    if "://" in _location():
        return ""  # a server that cannot be reached is no reason to make another library
    folder = Path(_location())
    return "" if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) else str(folder)


def make_library() -> None:
    """Make an empty library where this server expects one. Raises LibraryError."""
    Library.open(_location(), create=True).close()


def named_plans(library: Library, question: str) -> tuple[str, ...]:
    """Ids of the plans that the question itself names, to which its search is narrowed."""
    return plan_names(library.backend).find(parse_query(fold_space(question)).unquoted).plans


def read_with(library: Library, question: str, after: str) -> str:
    """``question`` as it is read after the question ``after``, if it follows one up."""
    return follow(after, question, plan_names(library.backend).find) if after else question


@cached(32)
def list_plans(library: Library) -> list[PlanInfo]:
    """All plans of the library, by title."""
    return sorted(library.plans(), key=lambda info: (info.title.casefold(), info.id))


@cached(32)
def doubtful(library: Library) -> Doubtful:
    """(plan id, page) of each page that reads badly."""
    return doubtful_places(library.plans())


def remark_on(library: Library, place: Citation | Passage) -> str:
    """That the page of ``place`` reads badly; "" where it does not."""
    return _(READS_BADLY) if (place.plan, place.page) in doubtful(library) else ""


@cached(32)
def list_collections(library: Library) -> dict[str, tuple[str, ...]]:
    """The ids of the plans of each collection, by its name."""
    return library.collections()


@cached(8)
def example_questions(library: Library) -> list[str]:
    """Questions that the plans may answer, from their headings."""
    return suggesting.example_questions(library.backend)


@cached(64, edition=_edition_and_owner)
def suggestions(library: Library) -> list[str]:
    """What a question may go on with, the first of it: a page holds so many."""
    return suggesting.suggestions(library.backend)[:_SUGGESTED]


@cached(32)
def read_plan(library: Library, plan_id: str) -> Plan:
    """One plan with its text. Raises UnknownPlanError."""
    return library.plan(plan_id)


@cached(_ANSWERS)
def ask(
    library: Library,
    question: str,
    plans: _Texts,
    section: str,
    top_k: int,
    filter: Filter = ALL_PLANS,
    narrow: bool = True,
) -> Answer:
    """The answer to a question, with ``top_k`` passages. Raises IndexerError."""
    within = section or None
    with LIMITS.place(_session()):
        return library.ask(question, plans=plans or None, section=within, filter=filter, top_k=top_k, narrow=narrow)


@cached(_ANSWERS)
def ask_for_every(
    library: Library, question: str, plans: _Texts, section: str, filter: Filter, narrow: bool = True
) -> Answer:
    """Every answer to a question, or all on a topic. Raises IndexerError."""
    within = section or None
    with LIMITS.place(_session()):
        return library.ask(question, plans=plans or None, section=within, filter=filter, every=True, narrow=narrow)


@cached(32, tasks=True)
def compare(library: Library, questions: _Texts, plans: _Texts) -> Task[tuple[int, Comparison]]:
    """A task that gives (index of the question, its comparison so far), one cell more each time."""
    return Task(_in_turn(_compared(library, questions, plans)), len(questions) * len(plans))


@cached(32, tasks=True)
def count_passages(library: Library, questions: _Texts, plans: _Texts) -> Task[tuple[int, dict[str, int]]]:
    """A task that gives (index of the question, plan id -> number of its passages that answer)."""
    counts = ((i, _passages_by_plan(library, question, plans)) for i, question in enumerate(questions))
    return Task(_in_turn(counts), len(questions))


@cached(8)
def read_passages(library: Library, plan_id: str) -> list[Passage]:
    """All passages of a plan, in reading order. Raises UnknownPlanError."""
    keys = library.backend.keys(Scope((plan_id,)))
    found = library.backend.passages(keys)
    return [found[key] for key in keys if key in found]


@cached(32)
def find_words(library: Library, plan_id: str, words: str) -> list[Span]:
    """Where a plan contains ``words``, in order. Raises UnknownPlanError."""
    return finding.find_words(read_plan(library, plan_id).text, words)


@cached(_ANSWERS)
def similar(library: Library, plan: str, start: int, other: str) -> list[Counterpart]:
    """Counterparts in ``other`` of the passage of ``plan`` at ``start``, best first. Raises IndexerError."""
    return library.similar(plan, start, other)


@cached(8)
def unique_content(library: Library, plans: _Texts, of: str) -> UniqueContent:
    """What only ``of`` says of ``plans``. Raises IndexerError."""
    return library.unique_content(plans, of)


@cached(8)
def align_sections(library: Library, one: str, other: str) -> list[SectionPair]:
    """Two plans' sections, matched. Raises UnknownPlanError."""
    return library.align_sections(one, other)


@cached(2)
def list_targets(library: Library) -> list[Target]:
    """Targets, thresholds and other figures of all plans."""
    return library.targets(figures=True)


@cached(8)
def align_targets(library: Library, plans: _Texts) -> list[TargetRow]:
    """The targets of ``plans``, one indicator and one year a row. Raises UnknownPlanError."""
    return library.align_targets(plans)


@cached(16, tasks=True, edition=_edition_and_saved)
def changes(library: Library, plan_id: str, old: int, new: int) -> Task[Changes]:
    """A task that gives what changed in a plan between two versions, saved questions asked again."""
    return Task((library.changes(plan_id, old, new) for _ in range(1)), 1)


@cached(4, tasks=True, edition=_edition_and_saved)
def changed_answers(library: Library) -> Task[list[ChangedAnswer]]:
    """A task that gives the saved questions whose answers have changed."""
    return Task((library.changed_answers() for _ in range(1)), 1)


def _session() -> str:
    """The session that asks, as the limits tell clients apart."""
    if (who := signed_in()) and who.name:
        return who.name
    context = get_script_run_ctx()
    return f"session {context.session_id}" if context else ""


def _in_turn(items: Iterator[T]) -> Iterator[T]:
    """``items``, each made in its turn among all questions; they are of the session that asks now."""
    session = _session()

    def take() -> Iterator[T]:
        while True:
            with LIMITS.place(session):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item

    return take()


def _passages_by_plan(library: Library, question: str, plans: _Texts) -> dict[str, int]:
    coverage = library.ask(question, plans=plans, every=True).coverage
    return coverage.by_plan if coverage else {}


def _location() -> str:
    return os.environ.get(LOCATION_VARIABLE) or DEFAULT_LIBRARY


@st.cache_resource(show_spinner=False, on_release=Library.close)
def _open(location: str) -> Library:
    return Library.open(location)


def _compared(library: Library, questions: _Texts, plans: _Texts) -> Iterator[tuple[int, Comparison]]:
    """A question's cells as they are done; with the last of them, how they differ."""
    rows: dict[int, list[Cell]] = {}
    for i, cell in library.compare_many(questions, plans):
        row = rows.setdefault(i, [])
        row.append(cell)
        complete = len(row) == len(plans)
        yield i, to_comparison(library.backend, questions[i], row) if complete else Comparison(questions[i], tuple(row))
