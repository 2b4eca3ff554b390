"""What frames every page: heading, text size, the choice of plans, and errors as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum

import streamlit as st

from indexer.errors import IndexerError, LibraryBusyError, LibraryError
from indexer.messages import translated
from indexer.translation import N_, _, enumerated, ngettext
from indexer.types import PlanInfo
from indexer.ui.shared.access import missing_library
from indexer.ui.shared.language import show_language_switch
from indexer.ui.shared.markup import element, link, plain, set_cookie, show, show_line, show_styles
from indexer.wording import counted

# The error of the last click; the text size of this session and of its widget; whether the cookie is to be set.
_FAILED, _SIZE, _CHOICE, _NEW = "failed", "text-size", "text-size-choice", "text-size-new"
_COOKIE = "plancite_text_size"


class TextSize(StrEnum):
    """Sizes of all type, relative to what the browser is set to."""

    NORMAL = "normal"
    LARGER = "larger"
    LARGEST = "largest"


_SIZES = {TextSize.NORMAL: N_("Normal"), TextSize.LARGER: N_("Larger"), TextSize.LARGEST: N_("Largest")}
#: Every length of the pages is relative to the root's type.
_PERCENT = {TextSize.NORMAL: 100, TextSize.LARGER: 115, TextSize.LARGEST: 132}


def show_heading(plans: Sequence[PlanInfo]) -> None:
    """The app's name, the size of the library, and the text size; below it the error of the last click."""
    passages = sum(info.passages for info in plans)
    size = " · ".join([counted(len(plans), "plan"), counted(passages, "passage")])
    with st.container(key="masthead", horizontal=True, gap="small", vertical_alignment="center"):
        show(element("header", element("h1", "Plancite"), element("p", size), css="masthead"))
        _show_text_size()
        show_language_switch()
    if failed := st.session_state.pop(_FAILED, None):
        st.error(plain(translated(failed)))


def show_navigation(titles: Sequence[str], current: str) -> None:
    """The pages as links, for narrow screens: there Streamlit hides its own navigation behind a button."""
    pages = [
        element(
            "a",
            _(title),
            href=title.lower() if i else "./",
            target="_self",
            **({"aria_current": "page"} if title == current else {}),
        )
        for i, title in enumerate(titles)
    ]
    show(element("nav", *pages, css="pages", aria_label=_("Pages")))


def show_plan_choice(
    titles: Mapping[str, str], key: str, on_change: Callable[[], None], *, labelled: bool = True
) -> None:
    """The box to choose plans in; none means all."""
    st.multiselect(
        _("Plans"),
        list(titles),
        key=key,
        format_func=lambda plan: titles.get(plan, plan),
        placeholder=ngettext("The only plan", "All {count} plans", len(titles)).format(count=len(titles)),
        label_visibility="visible" if labelled else "collapsed",
        wrap=True,
        on_change=on_change,
    )


def show_missing(missing: Sequence[str], instead: str) -> None:
    """Say which plans of a link are not there, and ``instead``, a sentence on what was done without them."""
    names = enumerated(_("“{name}”").format(name=plan) for plan in missing)
    gone = ngettext(
        "{plans} is not in this library. It may have been removed or renamed.",
        "{plans} are not in this library. They may have been removed or renamed.",
        len(missing),
    ).format(plans=names)
    show_line(f"{gone} {instead}", "notice")


def dress_page(path: str) -> None:
    """Style the page, in this session's text size, which a new session takes from the browser."""
    if _SIZE not in st.session_state:
        stored = st.context.cookies.get(_COOKIE, "")
        st.session_state[_SIZE] = TextSize(stored) if stored in set(TextSize) else TextSize.NORMAL
    show_styles(["shared", path, "print"], percent=_PERCENT[st.session_state[_SIZE]])


@contextmanager
def show_errors() -> Iterator[None]:
    """Show errors of ours as sentences; for a page, and for each fragment, which runs by itself."""
    try:
        yield
    except LibraryBusyError as error:
        st.error(plain(translated(str(error))))  # the library is open, and readers need not wait
    except LibraryError as error:
        _show_no_library(error)
    except IndexerError as error:
        st.error(plain(translated(str(error))))


@contextmanager
def show_errors_later() -> Iterator[None]:
    """Keep an error of ours for the page that is drawn next; for a click, as a decorator."""
    try:
        yield
    except IndexerError as error:
        st.session_state[_FAILED] = str(error)


def _show_text_size() -> None:
    with st.popover(_("Text size"), type="tertiary"):
        st.session_state[_CHOICE] = st.session_state[_SIZE]
        st.segmented_control(
            _("Text size"),
            list(TextSize),
            format_func=lambda size: _(_SIZES[size]),
            key=_CHOICE,
            required=True,
            label_visibility="collapsed",
            on_change=_choose_text_size,
        )
        if st.session_state.pop(_NEW, False):
            set_cookie(_COOKIE, st.session_state[_SIZE])


def _choose_text_size() -> None:
    st.session_state.update({_SIZE: TextSize(st.session_state[_CHOICE]), _NEW: True})


def _show_no_library(error: LibraryError) -> None:
    if missing_library():
        remedy = element("p", link(_("Make an empty library on the Library page"), "library"))
        pieces = [element("h1", _("There is no library yet")), remedy]
    else:
        remedy = element("p", _("Tell the people who run this server."))
        pieces = [element("h1", _("The library cannot be opened")), remedy]
    details = element("details", element("summary", _("For administrators")), element("p", translated(str(error))))
    show(element("section", *pieces, details, css="notice", role="alert"))
