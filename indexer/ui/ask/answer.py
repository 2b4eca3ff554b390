"""The answer to a question: the plans' sentences, or that there is none; then the passages."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import streamlit as st

from indexer.library import Library
from indexer.types import Answer, AnswerSentence, Citation
from indexer.ui.shared import state
from indexer.ui.shared.actions import actions_html
from indexer.ui.shared.address import Request, opening_link
from indexer.ui.shared.excerpt import Place
from indexer.ui.shared.markup import Html, element, sentence_html, show, text_element
from indexer.ui.shared.passage import place_of, ranked, show_card, show_passages, show_sorting
from indexer.ui.shared.source import show_source
from indexer.wording import CUT_OFF, NEAREST, answer_quotes, chip, counted, none_found


def show_answer(library: Library, request: Request, answer: Answer) -> None:
    """The answer to ``request``, then its passages."""
    if not answer.found:
        _show_not_found(library, request, answer)
        return
    _show_sentences(library, answer)
    listed = min(st.session_state[state.LISTED], len(answer.hits))
    show_sorting(f"{listed:,} of {counted(answer.searched, 'passage')}", request.by_place)
    show_passages(library, ranked(answer.hits, listed, by_place=request.by_place), answer.citations)
    if listed == st.session_state[state.LISTED]:
        st.button("Load more passages", key="further", on_click=state.list_further)


def _show_sentences(library: Library, answer: Answer) -> None:
    """One block a plan, in the order in which the plans come up, each sentence a quote."""
    opened = st.session_state[state.OPENED]
    for _, block in groupby(answer_quotes(answer), key=lambda pair: pair[1].plan):
        for i, (sentence, citation) in enumerate(block):
            key = f"citation-{citation.n}"
            heading = [] if i else [text_element("h2", citation.title, "plan-title")]
            hint = " › ".join(citation.section)
            with st.container(key=f"answer-{citation.n}"):
                show(
                    *heading,
                    *quote_html(sentence, sentence_html(sentence)),
                    actions_html(chip(citation), opening_link(key), citation, hint=hint),
                )
            if opened == key or (opened is None and citation.n == 1):
                show_source(library, place_of_quote(sentence, citation), key if opened else "default")


def quote_html(sentence: AnswerSentence, shown: Html) -> list[Html]:
    """A sentence as a quote, and that its figure breaks off if it does; ``shown`` is its text with its marks."""
    badge = [text_element("span", CUT_OFF, "badge")] if sentence.cut_off else []
    return [element("blockquote", shown, css="quote"), *badge]


def place_of_quote(sentence: AnswerSentence, citation: Citation) -> Place:
    """Where to open an answer's sentence, marked as it is in the answer."""
    start = citation.start
    met = [(start + a, start + b) for a, b in sentence.emphasis]
    marks = {"answer": [(start, citation.end)], "met": met}
    return Place(citation.plan, start, citation.end, " › ".join(citation.section), citation.page, marks)


def _show_not_found(library: Library, request: Request, answer: Answer) -> None:
    """That there is no answer, and why; what came nearest is folded away, so that it is not taken for one."""
    heading, *lines = none_found(answer)
    show(element("section", text_element("h2", heading), *(text_element("p", line) for line in lines), css="notice"))
    _show_ways_on(request)
    nearest = {"nearest": answer.nearest} if answer.nearest else {}
    others = {f"{state.PASSAGE}{rank}": hit for rank, hit in enumerate(answer.hits, 1) if hit != answer.nearest}
    folded = {NEAREST: nearest, "Other near passages, none of which answers": others}
    for label, hits in folded.items():
        if hits:
            with st.expander(label):
                for key, hit in hits.items():
                    show_card(hit, key, opening_link(key))
        opened = hits.get(st.session_state[state.OPENED])
        if opened:
            show_source(library, place_of(opened), st.session_state[state.OPENED])


def _show_ways_on(request: Request) -> None:
    """What to do where nothing was found."""
    with st.container(key="ways-on", horizontal=True, gap="small", vertical_alignment="center"):
        show(text_element("p", "Ask in other words, or:", "aside"))
        if request.plans or request.section:
            widened = Request(request.question)
            st.button(
                "Search all plans and sections", key="widen", type="tertiary", on_click=state.ask_again, args=(widened,)
            )
        topic = replace(request, every=True)
        st.button(
            "List every passage on the topic",
            key="list-topic",
            type="tertiary",
            on_click=state.ask_again,
            args=(topic,),
        )
