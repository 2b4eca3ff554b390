"""The answer to a question: the plans' sentences, or that there is none; then the passages."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from indexer.citing import chip
from indexer.exporting.wording import CUT_OFF
from indexer.library import Library
from indexer.types import Answer, AnswerSentence, Citation
from indexer.ui import state
from indexer.ui.excerpt import Place
from indexer.ui.markup import element, marked_html, plain, show, text_element
from indexer.ui.passage import place_of, show_actions, show_card, show_passages
from indexer.ui.source import show_source


def show_answer(library: Library, answer: Answer, listed: Answer) -> None:
    """The answer, and the passages of ``listed``, the same answer with as many as are to be listed."""
    if not answer.answerable:
        _show_not_found(library, answer)
        return
    _show_sentences(library, answer)
    heading = f"{len(listed.hits):,} of {answer.searched:,} passages, by relevance"
    show(text_element("h2", heading, "rule"))
    show_passages(library, listed.hits, answer.citations)
    if len(listed.hits) >= st.session_state[state.LISTED]:
        st.button("Load more passages", key="further", on_click=state.list_further)


def _show_sentences(library: Library, answer: Answer) -> None:
    """One block a plan, in the order in which the plans come up, each sentence a quote."""
    opened = st.session_state[state.OPENED]
    citations = {c.n: c for c in answer.citations}
    order = list(dict.fromkeys(c.plan for c in answer.citations))
    pairs = [(sentence, citations[sentence.citation]) for sentence in answer.sentences]
    pairs.sort(key=lambda pair: order.index(pair[1].plan))
    for _, block in groupby(pairs, key=lambda pair: pair[1].plan):
        for i, (sentence, citation) in enumerate(block):
            key = f"citation-{citation.n}"
            with st.container(key=f"answer-{citation.n}", gap="xsmall"):
                if i == 0:
                    show(text_element("h2", citation.title, "plan-title"))
                _show_quote(sentence, citation, key)
            if opened == key or (opened is None and citation.n == 1):
                show_source(library, place_of_quote(sentence, citation), key if opened else "default")


def _show_quote(sentence: AnswerSentence, citation: Citation, key: str) -> None:
    quote = marked_html(sentence.text, {"emphasis": sentence.emphasis})
    show(element("blockquote", quote, css="quote"))
    if sentence.cut_off:
        show(text_element("span", CUT_OFF, "badge"))
    show_actions(plain(chip(citation)), key, citation, help=plain(" › ".join(citation.section)) or None)


def place_of_quote(sentence: AnswerSentence, citation: Citation) -> Place:
    """Where to open an answer's sentence, marked as it is in the answer."""
    start = citation.start
    met = [(start + a, start + b) for a, b in sentence.emphasis]
    marks = {"answer": [(start, citation.end)], "met": met}
    return Place(citation.plan, start, citation.end, " › ".join(citation.section), citation.page, marks)


def _show_not_found(library: Library, answer: Answer) -> None:
    """That there is no answer, and why; what came nearest is folded away, so that it is not taken for one."""
    lines = [
        text_element("h2", "Not found in these plans."),
        text_element("p", f"{answer.searched:,} passages searched."),
    ]
    if answer.unmatched:
        lines.append(text_element("p", "Found nowhere in them: " + ", ".join(answer.unmatched) + "."))
    show(element("section", *lines, css="notice"))
    nearest = {"nearest": answer.nearest} if answer.nearest else {}
    others = {f"passage-{rank}": hit for rank, hit in enumerate(answer.hits, 1) if hit != answer.nearest}
    folded = {"Nearest passage, which does not answer": nearest, "Other near passages, none of which answers": others}
    for label, hits in folded.items():
        if hits:
            with st.expander(label):
                for key, hit in hits.items():
                    show_card(hit, key)
        opened = hits.get(st.session_state[state.OPENED])
        if opened:
            show_source(library, place_of(opened), st.session_state[state.OPENED])
