"""What a session remembers on the Library page: where it looks, what was said last, and what can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from indexer.library import Library
from indexer.types import SavedQuestion
from indexer.ui.library.address import Browsing, Part, Shelf, read_browsing, write_browsing
from indexer.ui.library.jobs import Reports, Work, desk
from indexer.ui.shared import state
from indexer.ui.shared.address import link_to, read_opened
from indexer.ui.shared.failing import errors_told

P = ParamSpec("P")

#: What a changed sentence is called where its source is open, before its rank.
CHANGE = "change-"

# Keys of the widgets.
TAB, FIND, PART, ORDER = "shelf", "find", "part", "order"
# What was said last; which plan is about to be deleted for good; how many times files were taken from
# the drop zones, each time leaving a new one; the plan of a link that is gone.
_NOTICE, CONFIRMING, _DROPS, _MISSING = "library-notice", "confirming", "drops", "library-missing"
_BEGUN = "work-begun"  # the work that this session began last

SHELVES = {
    Shelf.PLANS: "Plans",
    Shelf.QUESTIONS: "Saved questions",
    Shelf.REMOVED: "Removed plans",
    Shelf.CARE: "Check and rebuild",
}
PARTS = {
    Part.ABOUT: "About",
    Part.EDIT: "Edit",
    Part.REPLACE: "Replace",
    Part.CHANGES: "What changed",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on what was done, or not, and what takes it back: plans to restore, a question to keep again."""

    text: str
    failed: bool = False
    removed: tuple[str, ...] = ()
    forgotten: SavedQuestion | None = None


def take_browsing(known: Sequence[str]) -> tuple[Browsing, str]:
    """What the address shows, cleared of a plan that is not there; and that one's id, else "".

    An address that this session did not write is put into the widgets, as on the other pages.
    """
    asked = read_browsing()
    browsing = asked.within(known)
    opened = read_opened() if asked == browsing else None
    if st.session_state.get(state.REQUEST) != browsing or asked != browsing:
        st.session_state[_MISSING] = asked.plan if asked != browsing else ""
        write_browsing(browsing)
        state.begin(browsing)
    st.session_state[TAB] = SHELVES[browsing.shelf]
    st.session_state[PART] = PARTS[browsing.part]
    st.session_state[FIND] = browsing.words
    state.follow_opened(opened, CHANGE)
    return browsing, st.session_state[_MISSING]


def turn(**changes: Any) -> None:
    """Look at something else: ``changes`` of the fields of ``Browsing``."""
    browsing = replace(read_browsing(), **changes)
    write_browsing(browsing)
    state.begin(browsing)
    st.session_state[_MISSING] = ""
    st.session_state[CONFIRMING] = ""


def turn_shelf() -> None:
    """Open the tab that was clicked; nothing of another one stays open."""
    turn(shelf=_key_of(SHELVES, st.session_state[TAB]), plan="", part=Part.ABOUT, old=None, new=None)


def turn_part() -> None:
    """Show the part of the open plan that was clicked."""
    turn(part=_key_of(PARTS, st.session_state[PART]), old=None, new=None)


def find() -> None:
    """List the plans that hold the words in the box."""
    turn(words=st.session_state[FIND].strip(), plan="")


def open_plan(plan: str) -> None:
    """Open a plan, or close the one that is open."""
    turn(plan="" if read_browsing().plan == plan else plan, part=Part.ABOUT, old=None, new=None)


def confirm_purge(plan: str) -> None:
    """Ask whether to delete ``plan`` for good; "" asks no more."""
    st.session_state[CONFIRMING] = plan


def said(text: str, **undo: Any) -> None:
    """Say ``text`` at the top of the page until something else is said."""
    st.session_state[_NOTICE] = Notice(text, **undo)


def notice() -> Notice | None:
    """What was said last."""
    return st.session_state.get(_NOTICE)


def silence() -> None:
    """Say it no longer."""
    st.session_state[_NOTICE] = None


def guarded(action: Callable[P, None]) -> Callable[P, None]:
    """``action`` for a click: what it raises of ours is said on the page, what was said before no longer."""

    @wraps(action)
    def acts(*args: P.args, **kwargs: P.kwargs) -> None:
        silence()
        with errors_told(lambda text: said(text, failed=True)):
            action(*args, **kwargs)

    return acts


def begin(
    library: Library, title: str, reports: Reports, *, cancellable: bool = False, breaks_off: bool = False
) -> bool:
    """Start work on the library; False, and said so, while other work is going on."""
    work = Work(title, reports, cancellable=cancellable, breaks_off=breaks_off)
    if desk(library).begin(work):
        silence()
        st.session_state[_BEGUN] = work
        return True
    other = desk(library).work
    doing = f" ({other.doing})" if other else ""
    said(f"The library is at work{doing}. Wait until that is done or cancel it, then try again.", failed=True)
    return False


def concerns_session(library: Library) -> bool:
    """Whether the library is at work, or what it did last was begun in this session."""
    work = desk(library).work
    return work is not None and (work.job.running or work is st.session_state.get(_BEGUN))


def drop_key(where: str) -> str:
    """Key of the drop zone ``where``: a new one, and so an empty one, after each time that files were taken."""
    return f"drop-{where}-{st.session_state.setdefault(_DROPS, 0)}"


def empty_drops() -> None:
    """Empty the drop zones."""
    st.session_state[_DROPS] = st.session_state.get(_DROPS, 0) + 1


def library_link(**query: str) -> str:
    """Address of the Library page, from any page."""
    return f"library{link_to(query)}" if query else "library"


def ask_link(**query: str | Sequence[str]) -> str:
    """Address of the Ask page, from any page."""
    return f"./{link_to(query)}"


def _key_of(labels: dict[Any, str], label: str) -> Any:
    return next(key for key, each in labels.items() if each == label)
