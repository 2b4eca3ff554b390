"""The people of a library: their roles and groups, the readers of its collections, and where each keeps their own.

One file in the library's folder says it. A collection without readers is for all; a plan is for those who read every
collection with readers that it is in, so that putting it into one more never shows it to more people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from indexer.errors import LibraryError
from indexer.library.audit import recorded
from indexer.library.json_files import read_json_file, write_json_file
from indexer.library.rights import Action, Person, Role
from indexer.storage import Backend
from indexer.storage.disk import write_lock

FILE = "people.json"
_T = TypeVar("_T")
#: The folder with a folder for each person.
FOLDER = "people"
#: What begins the name of a group among readers, so that nobody is taken for one by their name.
GROUP = "@"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the library says of a person; "" leaves the role to what signs them in."""

    role: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """The people by their names, and the readers by the names of collections, both in lower case."""

    people: dict[str, Listed] = field(default_factory=dict)
    readers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def person(self, name: str, role: Role | None = None, groups: Iterable[str] = ()) -> Person:
        """Someone who signed in, with the ``role`` and ``groups`` that came along.

        A role that is listed here counts instead of it; who has none is a reader. Groups count from both.
        """
        listed = self.people.get(name.casefold(), Listed())
        known = Role[listed.role.upper()] if listed.role else role or Role.READER
        return Person(name, known, tuple(dict.fromkeys([*groups, *listed.groups])))

    def reads(self, person: Person, collection: str) -> bool:
        """Whether the person may see what is in a collection."""
        readers = self.readers.get(collection.casefold(), ())
        if not readers or person.may(Action.ADMINISTER):
            return True
        named = {person.name.casefold(), *(GROUP + group.casefold() for group in person.groups)}
        return any(reader.casefold() in named for reader in readers)


def people_file(backend: Backend) -> Path:
    """The file that says who has which role and reads what."""
    return backend.folder / FILE


def read_people(backend: Backend) -> People:
    """What the file says. Raises LibraryError when it cannot be read, so that it lets nobody in."""
    path = people_file(backend)
    found = read_json_file(path, People, "Put back a copy of it.") or People()
    for listed in found.people.values():
        if listed.role and listed.role.upper() not in Role.__members__:
            raise LibraryError(f"{path} cannot be read ({listed.role!r} is no role). Put back a copy of it.")
    return found


def set_person(backend: Backend, name: str, role: Role | None, groups: Sequence[str] = ()) -> None:
    """List a person with a role and groups. Raises LibraryError."""
    entry = Listed(role.name.lower() if role else "", tuple(map(_name, groups)))
    key = _name(name).casefold()
    with recorded(backend, f"list as {entry.role or 'role unsaid'}", key):
        _change(backend, lambda known: replace(known, people={**known.people, key: entry}))


def forget_person(backend: Backend, name: str) -> bool:
    """Take a person from the list; False when they are not on it. Raises LibraryError."""
    there = name.casefold() in read_people(backend).people
    if there:
        with recorded(backend, "take from the list", name.casefold()):
            _change(backend, lambda known: replace(known, people=_without(known.people, name)))
    return there


def set_readers(backend: Backend, collection: str, readers: Sequence[str]) -> None:
    """Say who reads a collection: names, and groups as @GROUP; without any, everyone. Raises LibraryError."""
    held = {name.casefold() for name in backend.collections()}
    if readers and collection.casefold() not in held:
        raise LibraryError(f"There is no collection {collection!r}. Make it first, then say who reads it.")

    named = {collection.casefold(): tuple(map(_name, readers))} if readers else {}
    with recorded(backend, f"let read: {', '.join(readers) or 'everyone'}", collection):
        _change(backend, lambda known: replace(known, readers={**_without(known.readers, collection), **named}))


def keep_readers(backend: Backend, old: str, new: str) -> None:
    """Let the readers of the collection ``old`` also be those of ``new``, as it will be called. Raises LibraryError."""
    readers = read_people(backend).readers.get(old.casefold())
    if readers and old.casefold() != new.casefold():
        _change(backend, lambda known: replace(known, readers={**known.readers, new.casefold(): readers}))


def keep_closed(backend: Backend, coming: People) -> None:
    """Restrict each collection to readers whom both lists allow, until ``coming`` replaces the backend's list.

    A list that cannot be read stays: it admits no reader. Raises LibraryError.
    """

    def both(known: People) -> People:
        return People(known.people or coming.people, {**known.readers, **coming.readers, **_common(known, coming)})

    try:
        read_people(backend)
    except LibraryError:
        return
    _change(backend, both)


def _common(known: People, coming: People) -> dict[str, tuple[str, ...]]:
    """The readers of each collection that has readers in both lists: those of both, else only admins."""
    admins_only = (GROUP,)  # a group without a name has no members
    return {
        name: tuple(reader for reader in known.readers[name] if reader in coming.readers[name]) or admins_only
        for name in known.readers.keys() & coming.readers.keys()
    }


def own_folder(backend: Backend) -> Path:
    """Where the person who works keeps what is theirs alone: the library's folder where nobody signs in.

    A folder is called by the hash of the name, which may hold any character.
    """
    if not backend.owner:
        return backend.folder
    return backend.folder / FOLDER / hashlib.sha256(backend.owner.casefold().encode()).hexdigest()[:32]


def _without(entries: dict[str, _T], name: str) -> dict[str, _T]:
    return {key: entry for key, entry in entries.items() if key != name.casefold()}


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise LibraryError(f"{text!r} is no name. Give 1 to 200 letters and digits.")
    return name


def _change(backend: Backend, change: Callable[[People], People]) -> None:
    backend.require(Action.ADMINISTER)
    with write_lock(backend.folder):
        write_json_file(people_file(backend), change(read_people(backend)))
