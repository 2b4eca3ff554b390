"""Collections: named sets of plans, to choose plans by."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.errors import EditError, LibraryError
from indexer.library.people import keep_readers
from indexer.storage import Backend, Collections
from indexer.storage.rows import unknown_plan

_LONGEST = 100


def list_collections(backend: Backend) -> Collections:
    """The plans of each collection, by name, without those that are removed."""
    present = [info.id for info in backend.plans()]
    return {name: tuple(p for p in present if p in set(plans)) for name, plans in sorted(backend.collections().items())}


def set_collection(backend: Backend, name: str, plans: Sequence[str]) -> None:
    """Make a collection of ``plans``, in place of the one with this name. Raises LibraryError, UnknownPlanError."""
    wanted = _known(backend, plans)
    backend.change_collections(lambda held: {**held, _name(name, held): wanted})


def change_members(
    backend: Backend, name: str, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put plans into a collection, which is made if there is none, and take others out; those that this changed.

    Raises LibraryError, UnknownPlanError.
    """
    added = _known(backend, add)
    come: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def change(held: Collections) -> Collections:
        nonlocal come, gone
        if not add:
            _there(held, name)
        members = held.get(_name(name, held), ())
        come = tuple(plan for plan in added if plan not in members)
        gone = tuple(plan for plan in dict.fromkeys(remove) if plan in members)
        return {**held, _name(name, held): tuple(p for p in (*members, *come) if p not in gone)}

    backend.change_collections(change)
    return come, gone


def rename_collection(backend: Backend, old: str, new: str) -> None:
    """Give a collection another name. Raises LibraryError."""

    def change(held: Collections) -> Collections:
        was = _there(held, old)
        others = {name: plans for name, plans in held.items() if name != was}
        if (wanted := _name(new, others)) in others:
            raise LibraryError(f"There is a collection {wanted!r} already. Give another name.")
        return {wanted if name == was else name: plans for name, plans in held.items()}

    keep_readers(backend, old, new)  # first, so that the plans are never open in between
    backend.change_collections(change)


def delete_collection(backend: Backend, name: str) -> tuple[str, ...]:
    """Delete a collection; its plans stay in the library. Returns their ids. Raises LibraryError."""
    gone: tuple[str, ...] = ()

    def change(held: Collections) -> Collections:
        nonlocal gone
        left = dict(held)
        gone = left.pop(_there(held, name))
        return left

    backend.change_collections(change)
    return gone


def _known(backend: Backend, plans: Sequence[str]) -> tuple[str, ...]:
    """``plans``, each once. Raises UnknownPlanError."""
    present = [info.id for info in backend.plans()]
    for plan in plans:
        if plan not in present:
            raise unknown_plan(plan, present)
    return tuple(dict.fromkeys(plans))


def _name(name: str, held: Collections) -> str:
    """``name`` as it is kept: as the collection that is there in another case. Raises EditError."""
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST or not wanted.isprintable():
        raise EditError(f"{name!r} is not a name for a collection. Give 1 to {_LONGEST} letters and digits.")
    return next((known for known in held if known.casefold() == wanted.casefold()), wanted)


def _there(held: Collections, name: str) -> str:
    """The name of a collection that is there. Raises LibraryError."""
    if (known := _name(name, held)) not in held:
        raise LibraryError(f"There is no collection {name!r}. There are: {', '.join(sorted(held)) or 'none'}.")
    return known
