"""Where a library is stored: everything above sees a ``Backend``, which ``open_backend`` picks by the location."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from indexer.types import Passage, Plan, PlanInfo, SavedQuestion, Target, Version

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

#: The ids of the plans, there or removed, of each collection, by its name.
Collections: TypeAlias = dict[str, tuple[str, ...]]
#: Called with one line when something is repaired or takes a while.
Notify: TypeAlias = Callable[[str], None]
_T = TypeVar("_T")
_B = TypeVar("_B")


@dataclass(frozen=True, slots=True)
class Scope:
    """What to search: these plans (all when None), and only sections whose label holds ``section``.

    ``narrowable``: names in a question narrow ``plans`` further, as they narrow all plans.
    ``keys`` are first and last keys of runs of passages, ascending, to which the rest was narrowed; None for no such
    narrowing.
    """

    plans: tuple[str, ...] | None = None
    section: str | None = None
    narrowable: bool = False
    keys: tuple[tuple[int, int], ...] | None = None

    def within(self, keys: Iterable[int]) -> Scope:
        """The scope narrowed to the passages ``keys``, which lie in it."""
        runs: list[tuple[int, int]] = []
        for key in sorted(keys):
            if runs and runs[-1][1] == key - 1:
                runs[-1] = runs[-1][0], key
            else:
                runs.append((key, key))
        return replace(self, keys=tuple(runs))


@dataclass(frozen=True, slots=True)
class PlanContent:
    """All that is stored of one plan.

    ``indexed`` are the texts to search by and ``vectors`` (len(passages), dim) theirs, in the order
    of ``passages``; ``names`` are the proper names by which a question may call the plan; ``targets``
    what it commits to in figures, None when they were not extracted. ``since`` is when its text came, ISO 8601
    in UTC; "" for now. ``word_vectors`` are those of each passage's words, packed
    (``indexer.encoding.word_vectors``), in the order of ``passages``; empty when they were not computed.
    """

    plan: Plan
    passages: Sequence[Passage]
    indexed: Sequence[str]
    vectors: Vectors
    names: Sequence[str] = ()
    targets: Sequence[Target] | None = None
    since: str = ""
    word_vectors: Sequence[bytes] = ()


class ScoredKey(NamedTuple):
    """One entry of a ranking: a passage's ``key`` and its score, higher for better."""

    key: int
    score: float


class Backend(Protocol):
    """Storage of plans, passages, vectors and words.

    A passage's key is an integer that the backend gives it. The passages of a plan have consecutive keys in
    reading order: those just before and after the passage ``key`` are ``key - 1`` and ``key + 1``. A key is
    never used again. A change is one transaction and raises ``generation``; a search sees each plan wholly
    or not at all.
    """

    location: str

    @property
    def folder(self) -> Path:
        """A folder on this machine for files kept with the library; it may not exist yet."""
        ...

    @property
    def generation(self) -> int: ...

    @property
    def owner(self) -> str:
        """Who works: the name of a person to whom this is the library; "" where it is for all."""
        ...

    @property
    def whole(self) -> Backend:
        """The storage itself, of which this may keep plans back from its owner."""
        ...

    @property
    def rights(self) -> tuple[tuple[str, ...], ...]:
        """What is kept back: two owners with the same rights see the same plans and collections."""
        ...

    def conceals(self, plan_id: str) -> bool:
        """Whether the plan is kept back."""
        ...

    def require(self, action: str) -> None:
        """Raise RightsError unless the owner may do this."""
        ...

    def snapshot(self, read: Callable[[], _T]) -> _T:
        """The result of ``read``, which may call this backend from any thread, seen at one generation.

        ``read`` is repeated when another process commits meanwhile, and when it failed because of that;
        after a few tries the last result counts. What ``read`` raises at one generation is raised.
        """
        ...

    @property
    def model(self) -> tuple[str, str] | None:
        """(source, fingerprint) of the encoder the vectors are from; None while empty."""
        ...

    def plans(self) -> list[PlanInfo]: ...

    def plan(self, plan_id: str) -> Plan:
        """The whole plan. Raises UnknownPlanError."""
        ...

    def content(self, plan_id: str) -> PlanContent:
        """All that is stored of a plan, its vectors as they are compared. Raises UnknownPlanError."""
        ...

    def names(self) -> dict[str, tuple[str, ...]]:
        """For each plan id the proper names by which a question may call the plan."""
        ...

    def add(
        self, content: PlanContent, model: tuple[str, str], *, seen: int | None = None, there: bool = False
    ) -> None:
        """Store a plan, in place of the one with its id if there is one, whose text becomes a version.

        ``model`` is the (source, fingerprint) of the encoder. Raises LibraryBusyError, also when the
        plan was changed after the generation ``seen``, or removed since and it was ``there``;
        LibraryError; and ModelError when the library's vectors are of another model.
        """
        ...

    def replace_all(self, contents: Sequence[PlanContent], model: tuple[str, str], *, seen: int | None = None) -> bool:
        """Store ``contents`` in place of everything, in one transaction; ``model`` becomes the library's.

        False, and nothing is changed, when the library is not at the generation ``seen``.
        """
        ...

    def remove(self, plan_ids: Sequence[str], *, purge: bool = False) -> None:
        """Remove plans, all or none; their texts stay as versions unless ``purge``, which leaves nothing.

        Raises UnknownPlanError, LibraryBusyError.
        """
        ...

    def amend(
        self,
        plan_id: str,
        plan: Plan,
        names: Sequence[str],
        *,
        targets: Sequence[Target] | None = None,
        seen: int | None = None,
    ) -> None:
        """Update what is known of a plan except its text and title: its id, metadata and source.

        ``targets`` stay as they are when None.

        Raises UnknownPlanError, LibraryBusyError, and LibraryError when the new id is taken.
        """
        ...

    def describe(
        self, plans: Sequence[PlanInfo], targets: Mapping[str, Sequence[Target]], *, seen: int | None = None
    ) -> None:
        """Update the metadata of plans, and which of it people have set, in one transaction.

        ``targets`` replace those of the plans that it names. Raises UnknownPlanError, LibraryBusyError.
        """
        ...

    def targets(self, plan_id: str) -> list[Target] | None:
        """Targets stored with a plan; None when they were not extracted. Raises UnknownPlanError."""
        ...

    def versions(self, plan_id: str) -> list[Version]:
        """All versions of a plan, also of a removed one, the oldest first. Raises UnknownPlanError."""
        ...

    def version(self, plan_id: str, n: int) -> Plan:
        """The plan as it was in its ``n``-th version, from 1. Raises UnknownPlanError."""
        ...

    def removed(self) -> list[Version]:
        """The last version of each plan that is removed and not purged, the latest removal first."""
        ...

    def keep_version(self, plan: Plan, since: str, until: str) -> None:
        """Store a text that a plan had in another library, as its latest past version. Raises LibraryError."""
        ...

    def saved(self) -> list[SavedQuestion]: ...

    def save_question(self, question: SavedQuestion) -> int:
        """Save a question, in place of the owner's same one in the same scope; returns its id."""
        ...

    def forget_question(self, saved_id: int) -> bool:
        """Delete a saved question; False when there is none with this id."""
        ...

    def collections(self) -> Collections: ...

    def change_collections(self, change: Callable[[Collections], Collections]) -> None:
        """Store what ``change`` makes of the collections, under the write lock. Raises what it raises.

        ``change`` may be called twice; where it changes nothing, the library is not changed.
        """
        ...

    def count(self, scope: Scope) -> int: ...

    def prepare(self) -> None:
        """Load now what the first search would load."""
        ...

    def search_dense(self, vector: Vectors, k: int, scope: Scope) -> list[ScoredKey]:
        """The ``k`` passages nearest to the unit ``vector`` (dim,), by cosine."""
        ...

    def search_words(self, query: str, k: int, scope: Scope) -> list[ScoredKey]:
        """The ``k`` best passages for the words of ``query``, by BM25."""
        ...

    def keys_with_words(self, text: str, scope: Scope) -> list[int]:
        """Keys of the passages in scope whose indexed text may have every search term of ``text``, ascending.

        None that has them all is left out; Milvus also gives some that have a longer term in the place of one.
        """
        ...

    def idf(self, words: Sequence[str]) -> list[float]:
        """The inverse document frequency of each word; 0.0 for a stop word."""
        ...

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; a key that is not there is left out."""
        ...

    def word_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The packed word vectors of passages by key; a passage without is left out."""
        ...

    def keys(self, scope: Scope) -> list[int]:
        """Keys of all passages in scope, in reading order, plan by plan."""
        ...

    def check(self) -> list[str]:
        """What is wrong with the library, one sentence each; empty when it is sound."""
        ...

    def close(self) -> None: ...


class Whole:
    """What a backend says of itself that keeps nothing back from anyone."""

    @property
    def owner(self) -> str:
        return ""

    @property
    def whole(self: _B) -> _B:
        return self

    @property
    def rights(self) -> tuple[tuple[str, ...], ...]:
        return ()

    def conceals(self, plan_id: str) -> bool:
        return False

    def require(self, action: str) -> None:
        return None


def on_milvus(location: str | Path) -> bool:
    """Whether a library at ``location`` is on Milvus rather than in a folder."""
    written = str(location)
    return written.startswith(("milvus://", "milvus+tls://")) or (written.endswith(".db") and written != ".db")


def open_backend(location: str | Path, *, create: bool = False, notify: Notify = lambda line: None) -> Backend:
    """Open the library at ``location``; with ``create`` an empty one is made if there is none.

    A folder, unless it is ``milvus://host:port/name`` or a path of Milvus Lite, ending in .db.
    Raises LibraryError when there is none, or it cannot be read or written.
    """
    if on_milvus(location):
        from indexer.storage.milvus import MilvusBackend

        return MilvusBackend(str(location), create=create, notify=notify)
    from indexer.storage.local import LocalBackend

    return LocalBackend(Path(location), create=create, notify=notify)


def per_generation(read: Callable[[Backend], _T]) -> Callable[[Backend], _T]:
    """Decorator: what ``read`` finds is kept for the backend until its generation changes."""
    known: WeakKeyDictionary[Backend, tuple[int, _T]] = WeakKeyDictionary()

    @wraps(read)
    def kept(backend: Backend) -> _T:
        generation = backend.generation
        last = known.get(backend)
        if last is None or last[0] != generation:
            last = known[backend] = generation, read(backend)
        return last[1]

    return kept
