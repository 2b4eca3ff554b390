"""Page images in the app: their zoom, and the controls that turn the pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path, PurePath

import streamlit as st

from indexer.errors import SourceError
from indexer.library import Library
from indexer.library.originals import find_original, missing_original
from indexer.library.page_images import PageImage, draw_pages
from indexer.messages import translated
from indexer.translation import N_, _, pgettext
from indexer.types import Page, Plan, Span, page_at
from indexer.ui.shared.address import Look
from indexer.ui.shared.markup import Html, element, show, show_line

#: Dots a point in a column of the Read page and beside an answer: an A4 page is then sharp on screens of
#: 1.5 and 1.8 dots a pixel. A click on a citation waits for the latter; it has half as many dots.
WIDE, NARROW = 2.0, 1.4
#: Sizes of page images, in per cent of the width of their box.
ZOOMS = (50, 75, 100, 125, 150, 200, 300)
_USUAL = 100
#: Pages of one passage that are shown at once; one that goes on over more is turned to.
_AT_ONCE = 2
#: Page images kept, for all who look; one is some 300 kilobytes, at twice the usual size a megabyte.
_KEPT = 64
_LOOKS = {Look.TEXT: N_("Text"), Look.PAGE: N_("Page")}
_UNMARKED = N_("The passage cannot be marked on this page. Remove the plan and add its file again to see the marks.")


def _look(library: Library, plan: Plan, span: Span | None, number: int | None, scale: float) -> list[PageImage]:
    """The page ``number``, or else those on which ``span`` begins, with boxes on the lines of ``span``.

    ``number`` is one of the plan's; ``scale`` is dots a point. Raises SourceError when the original is gone, or cannot
    be drawn.
    """
    path = find_original(library.backend, plan)
    if not path:
        raise missing_original(plan)
    numbers = [number] if number is not None else pages_of(plan, span) if span else [1]
    shown = tuple(page for page in plan.pages if page.number in numbers)
    if span:
        # a passage of many pages is not looked for on all of them
        start, end = max(span[0], shown[0].start), min(span[1], shown[-1].end)
        span = (start, end) if start < end else None
    quote = plan.text[slice(*span)] if span else ""
    with st.spinner(_("Drawing the page")):
        return _drawn(path, plan, plan.sha256, shown, span, quote, scale)


def pages_of(plan: Plan, span: Span) -> list[int]:
    """Numbers of the first pages that hold characters of ``span``, in order."""
    start, end = span
    held = [page.number for page in plan.pages if plan.text[max(start, page.start) : min(end, page.end)].strip()]
    return held[:_AT_ONCE] or [page_at(plan.pages, start) or 1]


def show_pages(
    library: Library, plan: Plan, span: Span | None, number: int | None, scale: float, zoom: int = _USUAL
) -> bool:
    """Show the page ``number``, or those on which ``span`` begins, marked; False, and why not, where there are none.

    ``zoom`` is their size, in per cent, ``scale`` that at the usual size.
    """
    try:
        images = _look(library, plan, span, number, scale * max(1.0, zoom / _USUAL))
    except SourceError as error:
        show_line(_("{error} The text is shown instead.").format(error=translated(str(error))), "notice")
        return False
    if span and number is None and all(image.spot is None for image in images):
        show_line(_(_UNMARKED))
    pages = _(" and ").join(_("page {page}").format(page=image.number) for image in images)
    sheets = (_sheet(image, zoom) for image in images)
    show(
        element(
            "div",
            *sheets,
            css="page-images",
            tabindex="0",
            role="region",
            aria_label=_("Image of {pages}").format(pages=pages),
        )
    )
    return True


def _sheet(image: PageImage, zoom: int) -> Html:
    data = base64.b64encode(image.png).decode("ascii")
    size = {"width": str(image.width), "height": str(image.height)}
    drawn = element("img", src=f"data:image/png;base64,{data}", alt=_("Page {page}").format(page=image.number), **size)
    spot = [] if image.spot is None else [element("span", css="spot", style=f"top: {image.spot:.2%}")]
    return element("div", drawn, *spot, css="page-image", style=f"--zoom: {zoom / _USUAL}")


@st.cache_data(show_spinner=False, max_entries=_KEPT)
def _drawn(
    _path: Path, _plan: Plan, sha256: str, pages: tuple[Page, ...], span: Span | None, quote: str, scale: float
) -> list[PageImage]:
    """``pages`` and ``quote``, what ``span`` holds, tell plans of one file apart that were read in other ways."""
    return draw_pages(_path, _plan, [page.number for page in pages], span, scale)


def is_pdf(plan: Plan) -> bool:
    """Whether the plan was read from a file that has pages to show."""
    return bool(plan.pages) and PurePath(plan.source).suffix.lower() == ".pdf"


def show_look_switch(look: Look, key: str, turn: Callable[[Look], None]) -> None:
    """A switch between the text and the page image, which calls ``turn``."""
    st.session_state[key] = look
    st.segmented_control(
        _("Show as"),
        list(Look),
        key=key,
        format_func=lambda look: _(_LOOKS[look]),
        required=True,
        label_visibility="collapsed",
        on_change=lambda: turn(Look(st.session_state[key])),
    )


def show_zoom(zoom: int, key: str, turn: Callable[[int], None]) -> None:
    """Buttons for smaller and larger page images, and for the usual size, which call ``turn``."""
    at = ZOOMS.index(zoom)
    smaller, larger = ZOOMS[max(at - 1, 0)], ZOOMS[min(at + 1, len(ZOOMS) - 1)]
    with st.container(key=f"{key}-zoom", horizontal=True, vertical_alignment="center", gap="xsmall"):
        for name, label, to in (
            ("smaller", pgettext("zoom", "Smaller"), smaller),
            ("larger", pgettext("zoom", "Larger"), larger),
            ("fit", _("Fit width"), _USUAL),
        ):
            st.button(label, key=f"{key}-{name}", type="tertiary", disabled=to == zoom, on_click=turn, args=(to,))
            if name == "smaller":
                show_line(f"{zoom} %")


def show_page_box(number: int, count: int, key: str, turn: Callable[[int], None]) -> None:
    """The page's number of ``count``, to type another or to step on, which calls ``turn``."""
    st.session_state[key] = number
    with st.container(key=f"{key}-box", horizontal=True, vertical_alignment="center", gap="xsmall"):
        show_line(pgettext("of how many", "Page"))
        st.number_input(
            _("Page number"),
            1,
            count,
            key=key,
            label_visibility="collapsed",
            on_change=lambda: turn(int(st.session_state[key])),
            width=120,
        )
        show_line(_("of {count}").format(count=f"{count:,}"))
