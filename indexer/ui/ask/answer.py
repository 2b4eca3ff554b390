"""The answer to a question, or that there is none; the passages as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import streamlit as st

from indexer.library import Library
from indexer.translation import _
from indexer.types import Answer, AnswerSentence, Citation, Hit, RouteKind
from indexer.ui.ask import view as state
from indexer.ui.ask.view import AskView
from indexer.ui.compare.view import CompareView
from indexer.ui.shared import access
from indexer.ui.shared.access import remark_on
from indexer.ui.shared.address import LISTED, OPENED, PASSAGE, link_to, list_further, opening_link
from indexer.ui.shared.markup import Html, element, link, show, show_line
from indexer.ui.shared.passages import actions_html, place_of, place_of_quote, quote_html, show_card
from indexer.ui.shared.source import show_source
from indexer.ui.targets.view import TargetsView
from indexer.wording import NEAREST, OTHERS_NEAR, blocks, chip, counted, counts, coverage_lines, none_found, route_lines


def show_answer(library: Library, view: AskView, answer: Answer, show_tools: Callable[[], None]) -> None:
    """The answer to what ``view`` asks, the tools for it, then its passages."""
    if not answer.found:
        _show_not_found(library, view, answer, show_tools)
        return
    covered = coverage_lines(answer)
    if covered:
        show(element("h2", covered[0]))
    found, listed = len(answer.hits), st.session_state[LISTED]
    shown = min(listed, found)
    if view.every:
        show(_counts(answer))
        _show_extent(covered)
        show_tools()
        _show_sorting(counted(found, "passage"), view.by_place)
    else:
        _show_sentences(library, answer)
        _show_extent(covered)
        _show_route(answer, {info.id: info.title for info in access.list_plans(library)})
        show_tools()
        closest = _("The closest {passages}").format(passages=counted(shown, "passage"))
        _show_sorting(closest, view.by_place)
    hits = ranked(answer.hits, shown, by_place=view.by_place, of_all=view.every)
    _show_passages(library, hits, answer.citations, opens_first=view.every)
    if found > listed or (not view.every and found == listed):
        st.button(_("Load more passages"), key="further", on_click=list_further)


def _show_extent(covered: Sequence[str]) -> None:
    """How far the search for every answer went, below these."""
    for said in covered[1:]:
        show_line(said)


def ranked(hits: Sequence[Hit], listed: int, *, by_place: bool, of_all: bool = False) -> list[tuple[int, Hit]]:
    """(rank by relevance from 1, hit) of the first ``listed``: by relevance, or in reading order plan by plan.

    ``by_place`` takes the ``listed`` most relevant, or with ``of_all`` the first in reading order.
    """
    found = list(enumerate(hits, 1))
    if by_place:
        found = sorted(found if of_all else found[:listed], key=_reading_order)
    return found[:listed]


def _show_sentences(library: Library, answer: Answer) -> None:
    """One block a plan, in the order in which the plans come up, each sentence a quote."""
    opened = st.session_state[OPENED]
    for said, pairs in _groups(answer):
        for i, (sentence, citation) in enumerate(pairs):
            key = f"citation-{citation.n}"
            heading = [] if i else [*said, element("h2", citation.title, css="plan-title")]
            hint = " › ".join(citation.section)
            with st.container(key=f"answer-{citation.n}"):
                actions = actions_html(chip(citation), opening_link(key), citation, hint=hint)
                show(*heading, *quote_html(sentence, remark=remark_on(library, citation)), actions)
            if opened == key or (opened is None and citation.n == 1):
                show_source(library, place_of_quote(sentence, citation), key if opened else "default")


def _groups(answer: Answer) -> Iterator[tuple[list[Html], list[tuple[AnswerSentence, Citation]]]]:
    """What stands above the quotes of a plan, and these, part by part; a part without any is said at once."""
    for block in blocks(answer):
        said = [element("h2", block.heading)] if block.heading else []
        said += [element("p", block.said, css="verdict")] if block.said else []
        if not block.quotes:
            show(*said)
        for _plan, pairs in groupby(block.quotes, key=lambda pair: pair[1].plan):
            yield said, list(pairs)
            said = []


def _show_route(answer: Answer, titles: Mapping[str, str]) -> None:
    """The figures of the comparison or the targets that the question leads to, and the way there."""
    route = answer.route
    if not route:
        return
    years = {figure.year for figure in route.figures}
    if route.kind is RouteKind.COMPARE:
        label, to = _("Compare these plans"), link_to(CompareView((answer.question,), route.plans))
    else:
        year = years.pop() if len(years) == 1 else None
        label, to = _("Show these targets"), link_to(TargetsView(route.plans, year=year, every=True))
    figures = [element("li", said) for said in route_lines(answer, titles)]
    show(element("ul", *figures, css="plans"), element("p", link(label, to), css="aside"))


def _show_not_found(library: Library, view: AskView, answer: Answer, show_tools: Callable[[], None]) -> None:
    """That there is no answer, and why; what came nearest is folded away, so that it is not taken for one."""
    heading, *lines = none_found(answer)
    show(element("section", element("h2", heading), *(element("p", line) for line in lines), css="notice"))
    _show_route(answer, {info.id: info.title for info in access.list_plans(library)})
    _show_suggestions(view)
    show_tools()
    nearest = {"nearest": answer.nearest} if answer.nearest else {}
    others = {f"{PASSAGE}{rank}": hit for rank, hit in enumerate(answer.hits, 1) if hit != answer.nearest}
    folded = {NEAREST: nearest, OTHERS_NEAR: others}
    for label, hits in folded.items():
        if hits:
            with st.expander(_(label)):
                for key, hit in hits.items():
                    show_card(hit, key, opening_link(key), remark=remark_on(library, hit.passage))
        opened = hits.get(st.session_state[OPENED])
        if opened:
            show_source(library, place_of(opened), st.session_state[OPENED])


def _show_suggestions(view: AskView) -> None:
    """What to do where nothing was found."""
    ways: dict[str, tuple[str, AskView]] = {}
    if view.plans or view.section:
        ways["widen"] = _("Search all plans and sections"), AskView(view.question)
    if not view.every:
        ways["list-topic"] = _("Show every answer"), replace(view, every=True)
    with st.container(key="ways-on", horizontal=True, gap="small", vertical_alignment="center"):
        show_line(_("Try other words, or:") if ways else _("Try other words."))
        for key, (label, to) in ways.items():
            st.button(label, key=key, type="tertiary", on_click=state.ask_again, args=(to,))


def _counts(answer: Answer) -> Html:
    """A table of passages by plan and, within it, by outermost section."""
    rows = [
        element(
            "tr",
            element("th", section or plan),
            element("td", f"{number:,}", css="count"),
            css="section" if section else "plan",
        )
        for plan, section, number in counts(answer)
    ]
    head = element("tr", element("th", _("Plan and section")), element("th", _("Passages"), css="count"))
    return element("table", element("thead", head), element("tbody", *rows), css="counts")


def _show_sorting(listed: str, by_place: bool) -> None:
    """How many passages are ``listed``, in words, and what they are sorted by."""
    st.session_state[state.ORDER] = state.ORDERS[by_place]
    with st.container(key="sorting", horizontal=True, gap="small", vertical_alignment="center"):
        show(element("h2", _("{passages}, sorted by").format(passages=listed), css="within"))
        st.segmented_control(
            _("Sorted by"),
            state.ORDERS,
            format_func=state.order_name,
            key=state.ORDER,
            required=True,
            label_visibility="collapsed",
            on_change=state.reorder,
        )


def _show_passages(
    library: Library, hits: Sequence[tuple[int, Hit]], citations: Sequence[Citation], *, opens_first: bool
) -> None:
    """A card for each of ``hits`` with its rank, and its source if it is open; the first one's by itself."""
    opened = st.session_state[OPENED]
    for i, (rank, hit) in enumerate(hits):
        key = f"{PASSAGE}{rank}"
        show_card(hit, key, opening_link(key), citations, rank, remark=remark_on(library, hit.passage))
        if key == opened:
            show_source(library, place_of(hit, citations), key)
        elif opened is None and i == 0 and opens_first:
            show_source(library, place_of(hit, citations), "default")


def _reading_order(ranked: tuple[int, Hit]) -> tuple[str, int]:
    passage = ranked[1].passage
    return passage.plan, passage.start
