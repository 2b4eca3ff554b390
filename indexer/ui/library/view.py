"""What the Library page shows: a tab, the words that plans are found by, the open plan; and how widgets change it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar

import streamlit as st

from indexer.errors import IndexerError
from indexer.library import Library
from indexer.library.rights import Action, Person
from indexer.messages import translated
from indexer.translation import N_, _
from indexer.types import Edit, Filter, SavedQuestion
from indexer.ui.shared import access, address
from indexer.ui.shared.address import View, facets, number, one_of

P = ParamSpec("P")
K = TypeVar("K")

#: What a changed sentence is called where its source is open, before its rank.
CHANGE = "change-"
# Keys of the widgets.
TAB, FIND, PART, ORDER = "shelf", "find", "part", "order"
# The last notice; which plan is about to be deleted for good; how many times files were taken from the drop zones.
_NOTICE, CONFIRMING, _DROPS = "library-notice", "confirming", "drops"


class LibraryTab(StrEnum):
    """The tabs of the Library page."""

    PLANS = "plans"
    QUESTIONS = "questions"
    COLLECTIONS = "collections"
    GLOSSARY = "glossary"
    FOLDERS = "folders"
    REMOVED = "removed"
    PEOPLE = "people"
    MAINTENANCE = "care"


class Part(StrEnum):
    """What is shown of the plan that is open."""

    ABOUT = "about"
    EDIT = "edit"
    REPLACE = "replace"
    CHANGES = "changes"


TABS = {
    LibraryTab.PLANS: N_("Plans"),
    LibraryTab.QUESTIONS: N_("Saved questions"),
    LibraryTab.COLLECTIONS: N_("Collections"),
    LibraryTab.GLOSSARY: N_("Glossary"),
    LibraryTab.FOLDERS: N_("Watched folders"),
    LibraryTab.REMOVED: N_("Removed plans"),
    LibraryTab.PEOPLE: N_("People"),
    LibraryTab.MAINTENANCE: N_("Check and rebuild"),
}
#: What the tabs and parts that not everyone has are for.
_TAB_RIGHTS = {
    LibraryTab.FOLDERS: Action.EDIT,
    LibraryTab.REMOVED: Action.EDIT,
    LibraryTab.PEOPLE: Action.ADMINISTER,
    LibraryTab.MAINTENANCE: Action.ADMINISTER,
}
PARTS = {
    Part.ABOUT: N_("About"),
    Part.EDIT: N_("Edit"),
    Part.REPLACE: N_("Replace"),
    Part.CHANGES: N_("What changed"),
}
_PART_RIGHTS = {Part.EDIT: Action.EDIT, Part.REPLACE: Action.EDIT}


@dataclass(frozen=True, slots=True)
class LibraryView(View):
    """What is shown of the library; ``old`` and ``new`` are the versions compared, None for the last two."""

    PAGE: ClassVar[str] = "library"

    tab: LibraryTab = one_of("tab", LibraryTab.PLANS, LibraryTab)
    words: str = address.text("find")
    plan: str = address.text("plan")
    part: Part = one_of("part", Part.ABOUT, Part)
    old: int | None = number("old", least=1)
    new: int | None = number("new", least=1)
    filter: Filter = facets("filter")

    def missing(self, known: Collection[str]) -> list[str]:
        """The id of the open plan, where it is not ``known``."""
        return [self.plan] if self.plan and self.plan not in known else []

    def within(self, known: Collection[str]) -> LibraryView:
        """The view without an open plan that is not ``known``."""
        return LibraryView(self.tab, self.words, filter=self.filter) if self.missing(known) else self


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on what was done, or not, and what undoes it.

    Plans to restore, a question to save again, an edit to take back, a collection with the plans that it held,
    a watched folder with the files that were set aside.
    """

    text: str
    failed: bool = False
    removed: tuple[str, ...] = ()
    forgotten: SavedQuestion | None = None
    edit: Edit | None = None
    collection: tuple[str, tuple[str, ...]] | None = None
    aside: tuple[str, tuple[Path, ...]] | None = None


def sync(known: Collection[str]) -> tuple[LibraryView, list[str]]:
    """The view in the address, and the id of its plan where that is not ``known``."""
    view, missing = address.sync_from_url(LibraryView, known, lambda _: None, numbered=CHANGE)
    chosen = {TAB: _(TABS[view.tab]), PART: _(PARTS[view.part]), FIND: view.words}
    st.session_state.update(chosen)
    return view, missing


def tabs_for(person: Person) -> dict[LibraryTab, str]:
    """The tabs that a person has; that of people only where they sign in."""
    allowed = {tab: _(label) for tab, label in TABS.items() if person.may(_TAB_RIGHTS.get(tab, Action.READ))}
    return {tab: label for tab, label in allowed.items() if person.name or tab is not LibraryTab.PEOPLE}


def parts_for(person: Person) -> dict[Part, str]:
    """The parts of an open plan that a person has."""
    return {part: _(label) for part, label in PARTS.items() if person.may(_PART_RIGHTS.get(part, Action.READ))}


def read() -> LibraryView:
    """The view in the address."""
    return address.read_view(LibraryView)


def update(**changes: Any) -> None:
    """Change fields of the view; a deletion that is not confirmed is off."""
    address.update_view(LibraryView, **changes)
    confirm_purge("")


def turn_tab() -> None:
    """Open the tab that was clicked; nothing of another one stays open."""
    update(tab=_key_of(TABS, st.session_state[TAB]), plan="", part=Part.ABOUT, old=None, new=None)


def turn_part() -> None:
    """Show the part of the open plan that was clicked."""
    update(part=_key_of(PARTS, st.session_state[PART]), old=None, new=None)


def find() -> None:
    """List the plans that contain the words in the box."""
    update(words=st.session_state[FIND].strip(), plan="")


def refilter(chosen: Filter) -> None:
    """List the plans that another filter means."""
    update(filter=chosen, plan="")


def open_plan(plan: str) -> None:
    """Open a plan, or close the one that is open."""
    update(plan="" if read().plan == plan else plan, part=Part.ABOUT, old=None, new=None)


def confirm_purge(plan: str) -> None:
    """Ask whether to delete ``plan`` for good; "" asks nothing."""
    st.session_state[CONFIRMING] = plan


def notify(text: str, **undo: Any) -> None:
    """Show ``text`` at the top of the page until the next notice."""
    st.session_state[_NOTICE] = Notice(text, **undo)


def notice() -> Notice | None:
    """The last notice."""
    return st.session_state.get(_NOTICE)


def clear_notice() -> None:
    """Show no notice."""
    st.session_state[_NOTICE] = None


def guarded(action: Callable[P, None]) -> Callable[P, None]:
    """``action`` for a click: its errors of ours become the page's notice, in place of the one before."""

    @wraps(action)
    def acts(*args: P.args, **kwargs: P.kwargs) -> None:
        clear_notice()
        try:
            for library in (arg for arg in args if isinstance(arg, Library)):
                access.refuse_outdated(library)
            action(*args, **kwargs)
        except IndexerError as error:
            notify(translated(str(error)), failed=True)

    return acts


def drop_key(where: str) -> str:
    """Key of the drop zone ``where``: a new one, and so an empty one, after each time that files were taken."""
    return f"drop-{where}-{st.session_state.setdefault(_DROPS, 0)}"


def empty_drops() -> None:
    """Empty the drop zones."""
    st.session_state[_DROPS] = st.session_state.get(_DROPS, 0) + 1


def _key_of(labels: Mapping[K, str], label: str) -> K:
    return next(key for key, each in labels.items() if _(each) == label)
