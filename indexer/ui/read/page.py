"""The Read page: a plan at a place, its section tree on the left, its text or the image of its page on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from indexer.library import Library
from indexer.translation import _, ngettext
from indexer.types import Plan, PlanInfo, Section, Span, page_at
from indexer.ui.library.adding import show_empty
from indexer.ui.read import view as state
from indexer.ui.read.view import Hits, ReadView
from indexer.ui.shared import access, address
from indexer.ui.shared.address import Look, link_to
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.downloads import show_link, show_original
from indexer.ui.shared.frame import show_errors, show_heading
from indexer.ui.shared.markup import Html, element, link, show, show_line
from indexer.ui.shared.page_image import WIDE, is_pdf, pages_of, show_look_switch, show_page_box, show_pages, show_zoom
from indexer.ui.shared.source import show_text, stretch_html, surroundings

#: Characters of the plan's text on each side of the place: some six printed pages, which a browser lays out at once.
_REACH = 8_000
#: Sections up to which the whole tree is shown; of a larger one only the branches around the open one are.
_WHOLE_TREE = 60
#: Entries on each side of the current one, where a branch has thousands.
_ENTRIES = 60
_DEEPEST = 4  # levels that are indented


def page() -> None:
    """Draw the page. Raises IndexerError, which ends it with a sentence."""
    view = state.read()
    # other pages fill their forms again when they find another view than their own
    st.session_state[address.VIEW] = view
    library = access.open_library()
    plans = access.list_plans(library)
    show_heading(plans)
    if not plans:
        show_empty(library)
        return
    _show_choice(plans, view.plan)
    if view.plan in {info.id for info in plans}:
        st.fragment(_show_plan)(library)
        return
    if view.plan:
        gone = _("“{plan}” is not in this library. It may have been removed or renamed.")
        show_line(gone.format(plan=view.plan), "notice")
    links = (element("li", link(info.title, link_to(ReadView(info.id)))) for info in plans)
    show(element("h2", _("Choose a plan to read"), css="rule"), element("ul", *links, css="plans"))


def _show_choice(plans: Sequence[PlanInfo], chosen: str) -> None:
    titles = {info.id: info.title for info in plans}
    choose_one(
        _("Plan"),
        list(titles),
        chosen if chosen in titles else None,
        state.PLAN,
        state.pick_plan,
        format_func=lambda plan: titles.get(plan, plan),
        clearable=True,
        placeholder=_("Choose a plan"),
        label_visibility="collapsed",
    )


def _show_plan(library: Library) -> None:
    """All of one plan's; in a fragment, so that a step from hit to hit leaves the rest of the page alone."""
    with show_errors():
        asked = state.read()
        plan = access.read_plan(library, asked.plan)
        view, notice = state.fit(asked, plan)
        hits = state.find_hits(library, plan, view)
        offset = state.where(plan, view)
        with st.container(key="reading"):
            with st.container(key="reading-tree"):
                _show_tree(plan, view, offset)
            with st.container(key="reading-sheet", gap="small"):
                _show_tools(library, plan, view, offset)
                _show_finding(plan, view, hits, offset)
                if notice:
                    show_line(notice, "notice")
                path = path_to(plan.sections, section_at(plan.sections, offset))
                show_line(" › ".join(plan.sections[i].label for i in path), "crumbs")
                _show_sheet(library, plan, view, hits, offset)


def _show_tree(plan: Plan, view: ReadView, offset: int) -> None:
    def link(section: Section) -> str:
        return link_to(replace(view, at=None, version="", top=section.start, page=None))

    if plan.sections:
        show(tree_html(plan.sections, offset, link))
    else:
        show_line(_("This plan has no sections."), "none")


def _show_tools(library: Library, plan: Plan, view: ReadView, offset: int) -> None:
    with st.container(key="reading-tools", horizontal=True, vertical_alignment="center", gap="small"):
        if is_pdf(plan):
            show_look_switch(view.look, state.LOOK, state.turn_look)
        if plan.pages:
            show_page_box(page_shown(plan, view, offset), len(plan.pages), state.PAGE_NUMBER, state.turn_page)
        if view.look is Look.PAGE and is_pdf(plan):
            show_zoom(view.zoom, "r", state.turn_zoom)
        show_link(view, _("Link to this place"))
        show_original(library, plan, _("Original file"), "r-original")


def page_shown(plan: Plan, view: ReadView, offset: int) -> int:
    """Number of the page at which one reads."""
    if view.at and view.at_passage:
        return pages_of(plan, view.at)[0]
    return view.page or page_at(plan.pages, offset) or 1


def _show_finding(plan: Plan, view: ReadView, hits: Hits, offset: int) -> None:
    """The words to look for, and the steps from hit to hit."""
    with st.container(key="reading-find", horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state[state.WORDS] = view.words
        st.text_input(
            _("Find in this plan"),
            key=state.WORDS,
            label_visibility="collapsed",
            placeholder=_("Find in this plan"),
            autocomplete="off",
            on_change=state.find,
            args=(plan, offset),
        )
        if hits.spans:
            here = hits.at(offset) if view.at_passage else None
            # on a page that was turned to, a hit at its very beginning is the next one
            after = hits.after(offset if view.at_passage else offset - 1)
            _show_step("previous", _("Previous"), plan, hits.before(offset))
            count = f"{len(hits.spans):,}"
            found = _("{count} found").format(count=count)
            show_line(found if here is None else _("{number} of {count}").format(number=f"{here + 1:,}", count=count))
            _show_step("next", _("Next"), plan, after)
    if view.words and not hits.spans:
        show_line(_("“{words}” is not found in this plan.").format(words=view.words))
    elif hits.spans and not view.words:
        steps = _("Previous and next go through the passages closest to “{question}”.")
        show_line(steps.format(question=view.question))


def _show_step(name: str, label: str, plan: Plan, hit: Span) -> None:
    st.button(label, key=f"r-{name}", type="tertiary", on_click=state.open_place, args=(plan, hit))


def _show_sheet(library: Library, plan: Plan, view: ReadView, hits: Hits, offset: int) -> None:
    """The page image where that is asked for and possible, else the text."""
    if view.look is Look.PAGE and is_pdf(plan):
        number = None if view.at_passage else page_shown(plan, view, offset)
        if show_pages(library, plan, view.at, number, WIDE, view.zoom):
            return
    low, high = text_window(plan, view, offset)
    marks = {name: list(spans) for name, spans in hits.marks.items()}
    if view.at:
        is_found = bool(view.words) and view.at in hits.spans
        marks.setdefault("emphasis" if is_found else "answer", []).append(view.at)
        marks["passage"] = [view.at] if view.at_passage else []  # the box opens there
    show_text(stretch_html(plan, (low, high), marks), _("The text of {plan}").format(plan=plan.title))
    with st.container(key="reading-on", horizontal=True, gap="small"):
        _show_scroll(_("Earlier text"), "r-earlier", text_before(plan.text, low), low == 0)
        _show_scroll(_("Later text"), "r-later", high, high == len(plan.text))


def _show_scroll(label: str, key: str, offset: int, at_end: bool) -> None:
    st.button(label, key=key, type="tertiary", disabled=at_end, on_click=state.read_from, args=(offset,))


def text_window(plan: Plan, view: ReadView, offset: int) -> Span:
    """The span of the text that is sent to the browser: around the passage, or on from ``offset``."""
    if view.at and view.at_passage:
        start, end = view.at
        return surroundings(plan.text, (start, min(end, start + _REACH)), _REACH)
    end = surroundings(plan.text, (offset, offset), 2 * _REACH)[1]
    # a text without any white space is cut where it comes
    return offset, end if end > offset else min(offset + 2 * _REACH, len(plan.text))


def text_before(text: str, offset: int) -> int:
    """Where to read from so as to see what comes before ``offset``."""
    start = surroundings(text, (offset, offset), 2 * _REACH)[0]
    return start if start < offset else max(0, offset - 2 * _REACH)


def tree_html(sections: Sequence[Section], offset: int, link: Callable[[Section], str]) -> Html:
    """The tree with the section at ``offset`` marked as the current one; ``link`` gives a section's address."""
    current = section_at(sections, offset)
    entries = unfolded(sections, current)
    at = entries.index(current) if current is not None else 0
    first, last = max(0, at - _ENTRIES), at + _ENTRIES + 1
    lines = [_entry(sections[i], link, current == i) for i in entries[first:last]]
    if first:
        label = ngettext("{count} section before", "{count} sections before", first).format(count=f"{first:,}")
        lines.insert(0, _entry(sections[entries[first - 1]], link, label=label))
    if after := len(entries[last:]):
        label = ngettext("{count} section after", "{count} sections after", after).format(count=f"{after:,}")
        lines.append(_entry(sections[entries[last]], link, label=label))
    return element("nav", element("ul", *lines), css="tree", aria_label=_("Sections"))


def section_at(sections: Sequence[Section], offset: int) -> int | None:
    """Index of the innermost section that holds ``offset``; None outside them."""
    return max((i for i, s in enumerate(sections) if s.start <= offset < s.end), default=None)


def path_to(sections: Sequence[Section], index: int | None) -> list[int]:
    """Indices of a section and of those around it, the outermost first."""
    path: list[int] = []
    while index is not None:
        path.append(index)
        index = sections[index].parent
    return path[::-1]


def unfolded(sections: Sequence[Section], current: int | None) -> list[int]:
    """Indices of the sections shown: all of a small tree, else those on and next to the path to ``current``."""
    if len(sections) <= _WHOLE_TREE:
        return list(range(len(sections)))
    path = {None, *path_to(sections, current)}
    return [i for i, section in enumerate(sections) if section.parent in path]


def _entry(section: Section, link: Callable[[Section], str], current: bool = False, label: str = "") -> Html:
    marked = {"aria_current": "true"} if current else {}
    text = element("span", label or section.label or _("Untitled section"))
    entry = element("a", text, href=link(section), target="_self", **marked)
    return element("li", entry, css="folded" if label else f"depth-{min(section.level, _DEEPEST)}")
