"""The library of one person: ``Library`` on a view, with the models of the whole library."""

from __future__ import annotations

from functools import cached_property

from indexer.encoding import Encoder
from indexer.encoding.answer_reader import AnswerReader
from indexer.library.facade import Library
from indexer.library.people import read_people
from indexer.library.rights import Person
from indexer.library.viewing import View

#: Views kept, so that what was read for one need not be read again.
_MOST = 100


class PersonLibrary(Library):
    """What a person sees of a library, with the rights of the moment when it was made; closing it closes nothing."""

    def __init__(self, whole: Library, view: View, person: Person) -> None:
        super().__init__(view)
        self._whole = whole
        self._person = person

    @property
    def whole(self) -> Library:
        return self._whole

    @property
    def person(self) -> Person:
        return self._person

    @property
    def encoder(self) -> Encoder:
        return self._whole.encoder

    @cached_property
    def reader(self) -> AnswerReader | None:
        return self._whole.reader

    def _ready(self) -> Encoder:
        return self._whole._ready()


def library_for(whole: Library, person: Person, known: dict[object, PersonLibrary]) -> PersonLibrary:
    """The view of ``whole`` for ``person`` among those ``known``, made anew when their rights have changed."""
    people, backend = read_people(whole.backend), whole.backend
    closed = (
        frozenset(name for name in backend.collections() if not people.reads(person, name))
        if people.readers
        else frozenset()
    )
    view = View(backend, person, closed)
    key = person, view.rights
    found = known.get(key)
    if found is None:
        for old in list(known)[: max(0, len(known) - _MOST + 1)]:
            known.pop(old, None)
        found = known.setdefault(key, PersonLibrary(whole, view, person))
    return found
