"""Saved questions -> asked again once plans have changed -> alerts: what each change did to an answer, once.

An alert names a sentence that answered and no longer stands in its plan, or of one that answers since its plan was
added, replaced or put back. A sentence that moved to another page, or that another one outranks, is no change of its
plan. The process may die at any step: an answer and its alerts are written together, and which plans were seen is
noted before the first answer as unsure and after the last as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from indexer.comparing.provisions import classes_of
from indexer.errors import QuestionError, UnknownPlanError
from indexer.language.sentences import fold_space
from indexer.library.alerts import (
    ASKING,
    LastAnswer,
    forget_answers,
    keep_answer,
    read_kept,
    see_plans,
    seen_plans,
    turn,
)
from indexer.library.facade import Library
from indexer.library.limits import LIMITS
from indexer.library.people import read_people
from indexer.library.rights import Person, Role
from indexer.library.versions import pair_alike, quotes_of, sentence_at
from indexer.storage import Backend
from indexer.types import Alert, Answer, Citation, SavedQuestion, Sentence, page_at

#: A reader without a name or groups: what they may read, all may.
EVERYONE = Person("", Role.READER)
#: As whom saved questions wait for their turn among those of people.
_CLIENT = "saved questions"


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence that answers: the plan, and the quote as it stands there; two with the same words are the same."""

    plan: str
    quote: str

    @property
    def words(self) -> str:
        return fold_space(self.quote)


def recheck(library: Library, wait: float = 0.0) -> Iterator[Alert]:
    """Ask the saved questions again if plans have changed since; the alerts, each once it is kept.

    Questions of all are asked of the plans that all may read, or of those that they name; a person's own are asked
    as that person. Where another process asks, it is waited for, ``wait`` seconds at most. Raises LibraryBusyError,
    LibraryError, LimitError.
    """
    library = library.whole
    backend = library.backend
    saved = backend.saved()
    if not saved or not _due(backend, saved):
        return
    with turn(backend, ASKING, wait):
        seen = seen_plans(backend)
        first = _files(backend)
        unsure: set[str] = set()
        moved: set[str] = set()
        for question in saved:
            for _ in range(2):  # once more where another process has written the answer meanwhile
                asker, answer, now = _asked(library, question)
                moved |= _differing(first, now)
                if differing := _differing(seen, now) - unsure:
                    unsure |= differing
                    see_plans(backend, {**seen, **dict.fromkeys(unsure, "")})
                before = _last_answer(backend, asker.backend, question, answer)
                alerts = _alerts(asker.backend, before, answer, unsure)
                after = replace(before, quotes=quotes_of(answer) if answer else (), turn=before.turn + bool(alerts))
                if keep_answer(backend, before, after, alerts):
                    yield from alerts
                    break
        forget_answers(backend, backend.saved())  # as they are called now: a plan may have been renamed meanwhile
        see_plans(backend, {**first, **dict.fromkeys(moved, "")})


def _due(backend: Backend, saved: Sequence[SavedQuestion]) -> bool:
    """Whether plans have changed since all questions were asked, or a question was never asked again."""
    if seen_plans(backend) != _files(backend):
        return True
    answers = read_kept(backend).answers
    return any(not any(answer.is_of(question) for answer in answers) for question in saved)


def _files(backend: Backend) -> dict[str, str]:
    return {info.id: info.sha256 for info in backend.plans()}


def _differing(seen: dict[str, str], now: dict[str, str]) -> set[str]:
    return {plan for plan in seen.keys() | now.keys() if seen.get(plan) != now.get(plan)}


def _asked(library: Library, saved: SavedQuestion) -> tuple[Library, Answer | None, dict[str, str]]:
    """The library that the question is asked in, its answer, None where nothing can be asked, and the plans then."""
    asker = _asker(library, saved)

    def read() -> tuple[Answer | None, dict[str, str]]:
        there = {info.id for info in asker.plans()}
        plans = None if saved.plans is None else [plan for plan in saved.plans if plan in there]
        answer = None
        if there and plans != []:
            try:
                answer = asker.ask(saved.question, plans=plans, section=saved.section)
            except (QuestionError, UnknownPlanError):
                answer = None
        return answer, _files(library.backend)

    with LIMITS.place(_CLIENT):
        return asker, *library.backend.snapshot(read)


def _asker(library: Library, saved: SavedQuestion) -> Library:
    people = read_people(library.backend)
    if not people.readers or (not saved.owner and saved.plans is not None):
        return library  # a shared question that names plans is seen by those who may read them alone
    return library.for_person(people.person(saved.owner) if saved.owner else EVERYONE)


def _last_answer(whole: Backend, asker: Backend, saved: SavedQuestion, answer: Answer | None) -> LastAnswer:
    """What the question was last answered with: at first what it was saved with.

    Where that quotes a plan which is kept back from who asks now, it is what answers now.
    """
    known = next((last for last in read_kept(whole).answers if last.is_of(saved)), None)
    if known:
        return known
    quotes = saved.quotes
    if any(asker.conceals(plan) for plan, _ in quotes):
        quotes = quotes_of(answer) if answer else ()
    return LastAnswer(saved.question, saved.plans, saved.section, saved.owner, quotes)


def _alerts(asker: Backend, before: LastAnswer, answer: Answer | None, changed: set[str]) -> list[Alert]:
    """What changes of the plans ``changed`` did to the answer that was ``before``."""
    citations = {_Said(c.plan, c.quote): c for c in (answer.citations if answer else ())}
    was = [_Said(*quote) for quote in before.quotes]
    held, holds = ({(said.plan, said.words) for said in every} for every in (was, citations))
    there = {info.id: info.title for info in asker.plans()}
    texts = {
        plan: fold_space(asker.plan(plan).text)
        for plan in {said.plan for said in was if (said.plan, said.words) not in holds and said.plan in there}
    }
    gone = [s for s in was if not asker.conceals(s.plan) and s.words not in texts.get(s.plan, "")]
    gone = [s for s in gone if (s.plan, s.words) not in holds]
    come = [s for s in citations if (s.plan, s.words) not in held and s.plan in changed]
    # a plan that is called otherwise now says what it said
    renamed = {s.words for s in gone if s.plan not in there} & {s.words for s in come}
    gone = [s for s in gone if s.plan in there or s.words not in renamed]
    come = [s for s in come if s.words not in renamed]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    alerts = []
    for plan in dict.fromkeys(said.plan for said in (*gone, *come)):
        for old, new in _paired([s for s in gone if s.plan == plan], [s for s in come if s.plan == plan]):
            earlier, old_version = _find(asker, old) if old else (None, None)
            present = _place(asker, citations[new]) if new else None
            alerts.append(
                Alert(
                    before.change_id(plan, earlier, present), at, before.question, before.plans, before.section,
                    before.owner, plan, there.get(plan) or _title(asker, plan), earlier, present, old_version,
                    len(asker.versions(plan)) if present else None,
                    classes_of(earlier.text if earlier else None, present.text if present else None),
                )
            )  # fmt: skip
    return alerts


def _paired(gone: Sequence[_Said], come: Sequence[_Said]) -> Iterator[tuple[_Said | None, _Said | None]]:
    """Each sentence with its new wording, in the order of the answers; None where there is none."""
    partner = dict(pair_alike([said.words for said in gone], [said.words for said in come]))
    for i, said in enumerate(gone):
        yield said, come[partner[i]] if i in partner else None
    yield from ((None, said) for i, said in enumerate(come) if i not in partner.values())


def _place(backend: Backend, citation: Citation) -> Sentence:
    """A sentence that answers, on the page on which it begins."""
    page = page_at(backend.plan(citation.plan).pages, citation.start)
    return Sentence(citation.quote, citation.start, citation.end, citation.section, page)


def _find(backend: Backend, said: _Said) -> tuple[Sentence, int | None]:
    """Where a quote stood in its plan: in the latest version that holds it, and that version's number."""
    try:
        for version in reversed(backend.versions(said.plan)):
            plan = backend.version(said.plan, version.n)
            if (start := plan.text.find(said.quote)) >= 0:
                return sentence_at(plan, start, start + len(said.quote)), version.n
    except UnknownPlanError:  # deleted for good
        pass
    return Sentence(said.quote, 0, len(said.quote), (), None), None


def _title(backend: Backend, plan: str) -> str:
    """The title of a plan that was removed."""
    try:
        return backend.versions(plan)[-1].title
    except UnknownPlanError:
        return plan
