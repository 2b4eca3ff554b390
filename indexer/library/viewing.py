"""A library as one person sees it: what they may not read is not there, and what they may not change is refused.

Everything that reads, searches or changes a library does so through its ``Backend``. A view is one, too, which keeps
plans back, so that no page, operation or export has to think of it. Every member is written out: what a view does not
have cannot be reached through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from indexer.errors import RightsError, UnknownPlanError
from indexer.library.rights import Action, Person
from indexer.storage import Backend, Collections, PlanContent, Scope, ScoredKey
from indexer.storage.rows import name_taken, unknown_plan, without_quotes_of
from indexer.types import Passage, Plan, PlanInfo, SavedQuestion, Target, Version

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

_T = TypeVar("_T")
#: A word of no plan, whose idf is that of any word of no plan.
_NOWHERE = "qxzvjkqwx"


class View:
    """A ``Backend`` for one person, without the collections ``closed`` to them and the plans in these.

    Rights are those at its making: a view is made for each request and each run of a page.
    """

    def __init__(self, whole: Backend, person: Person, closed: frozenset[str]) -> None:
        self._whole = whole
        self._person = person
        self._closed = closed
        held = whole.collections() if closed else {}
        self._hidden = frozenset(plan for name in closed for plan in held.get(name, ()))
        self._seen: tuple[int, tuple[str, ...]] = -1, ()
        self.location = whole.location

    # -- who and what --------------------------------------------------------------------------

    @property
    def rights(self) -> tuple[tuple[str, ...], ...]:
        return tuple(sorted(self._closed)), tuple(sorted(self._hidden))

    @property
    def owner(self) -> str:
        return self._person.name

    @property
    def whole(self) -> Backend:
        return self._whole

    def conceals(self, plan_id: str) -> bool:
        return plan_id in self._hidden

    def require(self, action: str) -> None:
        self._person.require(action)

    @property
    def folder(self) -> Path:
        return self._whole.folder

    @property
    def generation(self) -> int:
        return self._whole.generation

    def snapshot(self, read: Callable[[], _T]) -> _T:
        return self._whole.snapshot(read)

    @property
    def model(self) -> tuple[str, str] | None:
        return self._whole.model

    # -- reading -------------------------------------------------------------------------------

    def plans(self) -> list[PlanInfo]:
        return [info for info in self._whole.plans() if info.id not in self._hidden]

    def plan(self, plan_id: str) -> Plan:
        with self._naming(plan_id):
            return self._whole.plan(plan_id)

    def content(self, plan_id: str) -> PlanContent:
        with self._naming(plan_id):
            return self._whole.content(plan_id)

    def names(self) -> dict[str, tuple[str, ...]]:
        return {plan: names for plan, names in self._whole.names().items() if plan not in self._hidden}

    def targets(self, plan_id: str) -> list[Target] | None:
        with self._naming(plan_id):
            return self._whole.targets(plan_id)

    def versions(self, plan_id: str) -> list[Version]:
        with self._naming(plan_id):
            return self._whole.versions(plan_id)

    def version(self, plan_id: str, n: int) -> Plan:
        with self._naming(plan_id):
            return self._whole.version(plan_id, n)

    def removed(self) -> list[Version]:
        return [version for version in self._whole.removed() if version.plan not in self._hidden]

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        found = self._whole.passages(keys)
        return {key: passage for key, passage in found.items() if passage.plan not in self._hidden}

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        return self._whole.word_vectors(keys)

    def keys(self, scope: Scope) -> list[int]:
        with self._searching(scope) as within:
            return self._whole.keys(within)

    def count(self, scope: Scope) -> int:
        with self._searching(scope) as within:
            return self._whole.count(within)

    def collections(self) -> Collections:
        return {
            name: self._visible(plans) for name, plans in self._whole.collections().items() if name not in self._closed
        }

    def saved(self) -> list[SavedQuestion]:
        """The person's own and those of all, without what they say of plans that are kept back."""
        return [
            self._without_hidden(saved)
            for saved in self._whole.saved()
            if saved.owner in ("", self.owner) and self._hidden.isdisjoint(saved.plans or ())
        ]

    def check(self) -> list[str]:
        self.require(Action.ADMINISTER)
        return self._whole.check()

    # -- searching -----------------------------------------------------------------------------

    def prepare(self) -> None:
        self._whole.prepare()

    def search_dense(self, vector: Vectors, k: int, scope: Scope) -> list[ScoredKey]:
        with self._searching(scope) as within:
            return self._whole.search_dense(vector, k, within)

    def search_words(self, query: str, k: int, scope: Scope) -> list[ScoredKey]:
        with self._searching(scope) as within:
            return self._whole.search_words(query, k, within)

    def keys_with_words(self, text: str, scope: Scope) -> list[int]:
        with self._searching(scope) as within:
            return self._whole.keys_with_words(text, within)

    def idf(self, words: Sequence[str]) -> list[float]:
        """As in the whole library, but a word that only plans kept back hold weighs what one of no plan does."""
        weights = self._whole.idf(words)
        if not self._hidden:
            return weights
        (nowhere,) = self._whole.idf([_NOWHERE])
        return [
            nowhere if 0.0 < weight < nowhere and not self.search_words(word, 1, Scope()) else weight
            for word, weight in zip(words, weights, strict=True)
        ]

    # -- changing ------------------------------------------------------------------------------

    def add(
        self, content: PlanContent, model: tuple[str, str], *, seen: int | None = None, there: bool = False
    ) -> None:
        self.require(Action.EDIT)
        if self.conceals(content.plan.id):
            raise name_taken(content.plan.id, removed=False)
        self._whole.add(content, model, seen=seen, there=there)

    def replace_all(self, contents: Sequence[PlanContent], model: tuple[str, str], *, seen: int | None = None) -> bool:
        self.require(Action.ADMINISTER)
        return self._whole.replace_all(contents, model, seen=seen)

    def remove(self, plan_ids: Sequence[str], *, purge: bool = False) -> None:
        self.require(Action.EDIT)
        with self._naming(*plan_ids):
            self._whole.remove(plan_ids, purge=purge)

    def amend(
        self,
        plan_id: str,
        plan: Plan,
        names: Sequence[str],
        *,
        targets: Sequence[Target] | None = None,
        seen: int | None = None,
    ) -> None:
        self.require(Action.EDIT)
        with self._naming(plan_id):
            self._whole.amend(plan_id, plan, names, targets=targets, seen=seen)

    def describe(
        self, plans: Sequence[PlanInfo], targets: Mapping[str, Sequence[Target]], *, seen: int | None = None
    ) -> None:
        self.require(Action.EDIT)
        with self._naming(*(plan.id for plan in plans)):
            self._whole.describe(plans, targets, seen=seen)

    def keep_version(self, plan: Plan, since: str, until: str) -> None:
        self.require(Action.ADMINISTER)
        self._whole.keep_version(plan, since, until)

    def save_question(self, question: SavedQuestion) -> int:
        self.require(Action.KEEP if question.owner == self.owner else Action.SHARE)
        return self._whole.save_question(question)

    def forget_question(self, saved_id: int) -> bool:
        found = next((saved for saved in self.saved() if saved.id == saved_id), None)
        if found is None:
            return False
        self.require(Action.KEEP if found.owner else Action.SHARE)
        return self._whole.forget_question(saved_id)

    def change_collections(self, change: Callable[[Collections], Collections]) -> None:
        """Change the collections that the person sees. Who is no admin can only put plans into one with readers."""
        self.require(Action.EDIT)
        restricted = self._restricted()

        def changed(held: Collections) -> Collections:
            seen = {name: self._visible(plans) for name, plans in held.items() if name not in self._closed}
            wanted = change(seen)
            opened = {name for name in restricted & seen.keys() if not set(seen[name]) <= set(wanted.get(name, ()))}
            if refused := opened | (self._closed & wanted.keys()):
                raise RightsError(f"The collection {min(refused)!r} has readers of its own: only an admin changes it.")
            hidden = {
                name: tuple(plan for plan in plans if plan in self._hidden)
                for name, plans in held.items()
                if name in wanted
            }
            closed = {name: plans for name, plans in held.items() if name in self._closed}
            return {**{name: (*plans, *hidden.get(name, ())) for name, plans in wanted.items()}, **closed}

        self._whole.change_collections(changed)

    def close(self) -> None:
        """Nothing: others have the library open."""

    # -- what is kept back ---------------------------------------------------------------------

    def _visible(self, plans: Sequence[str]) -> tuple[str, ...]:
        return tuple(plan for plan in plans if plan not in self._hidden)

    def _restricted(self) -> frozenset[str]:
        """Collections with readers, of which the person may take no plan."""
        from indexer.library.people import read_people

        if self._person.may(Action.ADMINISTER):
            return frozenset()
        readers = read_people(self._whole).readers
        return frozenset(name for name in self._whole.collections() if readers.get(name.casefold()))

    def _without_hidden(self, saved: SavedQuestion) -> SavedQuestion:
        for plan in {plan for plan, _ in saved.quotes if plan in self._hidden}:
            saved = without_quotes_of(saved, plan)
        return saved

    @contextmanager
    def _naming(self, *plan_ids: str) -> Iterator[None]:
        """Raise UnknownPlanError for a plan that is kept back as for one that is not there, naming visible plans."""
        for plan_id in plan_ids:
            if plan_id in self._hidden:
                raise self._unknown(plan_id)
        try:
            yield
        except UnknownPlanError:
            present = {info.id for info in self.plans()}
            missing = next((plan for plan in plan_ids if plan not in present), None)
            if missing is None:
                raise
            raise self._unknown(missing) from None

    @contextmanager
    def _searching(self, scope: Scope) -> Iterator[Scope]:
        """``scope`` without the plans that are kept back."""
        if scope.plans is None and self._hidden:
            yield replace(scope, plans=self._ids())
            return
        with self._naming(*(scope.plans or ())):
            yield scope

    def _ids(self) -> tuple[str, ...]:
        """Ids of the plans that are seen, read anew when the library has changed."""
        generation = self.generation
        if self._seen[0] != generation:
            self._seen = generation, tuple(info.id for info in self.plans())
        return self._seen[1]

    def _unknown(self, plan_id: str) -> UnknownPlanError:
        return unknown_plan(plan_id, [info.id for info in self.plans()])
