"""Passages and quotes as cards: where each comes from, its text, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from indexer.exporting.markdown import markdown_quotation
from indexer.translation import _
from indexer.types import AnswerSentence, Certainty, Citation, Hit, Mark, Passage, Span
from indexer.ui.shared.keeping import keeping_link
from indexer.ui.shared.markup import Html, copy_button, element, sentence_html, show, text_html
from indexer.ui.shared.source import Place
from indexer.wording import ASPECTS, STATES_IT, breadcrumb, notes, quotation


def show_card(
    hit: Hit,
    key: str,
    address: str,
    citations: Sequence[Citation] = (),
    rank: int | None = None,
    counterparts: str = "",
    headed: bool = False,
    remark: str = "",
) -> None:
    """One passage; sentences of ``citations`` in it are shaded.

    ``address`` opens its source and ``counterparts`` those in other plans; ``headed`` says that its plan and
    section stand above; ``remark`` is a badge.
    """
    passage = hit.passage
    number = [element("span", f"{rank}", css="rank")] if rank else []
    heading = [
        element("p", *number, element("span", passage.title), css="card-title"),
        element("p", breadcrumb(passage), css="crumbs"),
    ]
    with st.container(key=f"card-{key}"):
        show(
            *(() if headed else heading),
            *(element("span", badge, css="badge") for badge in [*notes(passage), *filter(None, [remark])]),
            element(
                "div",
                text_html(
                    passage.text, passage.table, {"answer": _answering(passage, citations), "met": hit.highlights}
                ),
                css="passage-text",
            ),
            actions_html(_("Show in its surroundings"), address, passage, counterparts=counterparts),
        )


def place_of(hit: Hit, citations: Sequence[Citation] = ()) -> Place:
    """Where to open a passage, its words and answering sentences marked as on its card."""
    passage = hit.passage
    marks = {
        "answer": [(c.start, c.end) for c in citations if c.plan == passage.plan],
        "met": [(passage.start + a, passage.start + b) for a, b in hit.highlights],
    }
    return Place(passage.plan, passage.start, passage.end, " › ".join(passage.section), passage.page, marks)


def _answering(passage: Passage, citations: Sequence[Citation]) -> list[Span]:
    """Spans of the passage's text that ``citations`` quote."""
    return [
        (max(c.start, passage.start) - passage.start, min(c.end, passage.end) - passage.start)
        for c in citations
        if c.plan == passage.plan and c.start < passage.end and c.end > passage.start
    ]


def actions_html(
    label: str, address: str, place: Citation | Passage, *, hint: str = "", counterparts: str = ""
) -> Html:
    """What can be done with a quote: open its source at ``address``, copy it, see its ``counterparts``.

    They are part of the quote's HTML, one element of the page instead of six, and act by scripts of our own: a link
    changes the address, which the page follows, and a button copies what it carries.
    """
    chip = "chip" if isinstance(place, Citation) else ""
    actions = [
        element("a", element("span", label), css=chip, href=address, **({"title": hint} if hint else {})),
        copy_button(_("Copy quote"), quotation(place)),
        copy_button(_("Copy as Markdown"), markdown_quotation(place)),
        keeping_link(place),
    ]
    if counterparts:
        actions.append(element("a", element("span", _("Counterparts")), href=counterparts))
    return element("div", *actions, css="actions")


def quote_html(
    sentence: AnswerSentence, marks: Mapping[str, Sequence[Span]] | None = None, remark: str = ""
) -> list[Html]:
    """A sentence as a quote with ``marks`` by class, and badges: that the plan states it, or what to be careful about.

    ``remark`` is another one of these.
    """
    sure = [element("span", _(STATES_IT), css="badge sure")] if sentence.certainty is Certainty.STATES else []
    badges = sure + [element("span", note, css="badge") for note in (*notes(sentence), *filter(None, [remark]))]
    return [element("blockquote", sentence_html(sentence, marks), css="quote"), *badges]


def place_of_quote(sentence: AnswerSentence, citation: Citation) -> Place:
    """Where to open an answer's sentence, marked as it is in the answer."""
    start = citation.start
    met = [(start + a, start + b) for a, b in sentence.emphasis]
    marks = {"answer": [(start, citation.end)], "met": met}
    return Place(citation.plan, start, citation.end, " › ".join(citation.section), citation.page, marks)


def marks_by_class(marks: Iterable[Mark], offset: int = 0) -> dict[str, list[Span]]:
    """Spans of marks by the class of their aspect, moved by ``offset``."""
    found: dict[str, list[Span]] = {}
    for mark in marks:
        found.setdefault(mark.aspect.value, []).append((mark.span[0] + offset, mark.span[1] + offset))
    return found


def show_legend(marks: Iterable[Mark]) -> None:
    """What the underlining of ``marks`` means; nothing where there are none."""
    aspects = {mark.aspect for mark in marks}
    kinds = [element("b", _(label), css=aspect.value) for aspect, label in ASPECTS.items() if aspect in aspects]
    if kinds:
        show(element("p", element("span", _("Underlined where the plans differ:")), *kinds, css="legend"))
