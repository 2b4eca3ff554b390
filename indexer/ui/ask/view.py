"""What the Ask page shows: a question, the plans and sections it is asked of; and how its widgets change that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import streamlit as st

from indexer.asking.following import leans
from indexer.translation import _, pgettext
from indexer.types import Filter
from indexer.ui.shared import address
from indexer.ui.shared.address import PAGE_LENGTH, View, facets, flag, text, texts

# Keys of the widgets.
QUESTION, PLANS, SECTION, EVERY, ORDER = "question", "plans", "section", "every", "order"
#: The question that was answered last, as it was read: the next one may follow it up.
READ = "read-question"
#: What passages are listed by.
ORDERS = ("Relevance", "Place")
#: Passages listed below an answer at first: each is drawn in every browser that asks.
_BELOW_ANSWER = 5


@dataclass(frozen=True, slots=True)
class AskView(View):
    """What is asked, of which plans (all when there is none) and of which sections.

    ``every`` gives every answer; ``by_place`` lists passages in the order of the plans' texts
    instead of by relevance. ``after`` is the question that this one follows up. With ``wide`` all plans are searched,
    whichever the question names.
    """

    question: str = text("q")
    plans: tuple[str, ...] = texts("plan")
    section: str = text("section")
    every: bool = flag("all")
    by_place: bool = flag("sort", "place")
    after: str = text("after")
    wide: bool = flag("wide")
    filter: Filter = facets("filter")

    @property
    def listed_at_first(self) -> int:
        """Fewer below an answer, which says most of it."""
        return PAGE_LENGTH if self.every else _BELOW_ANSWER

    def missing(self, known: Collection[str]) -> list[str]:
        """Ids of plans that are asked and are not ``known``."""
        return [plan for plan in self.plans if plan not in known]

    def within(self, known: Collection[str]) -> AskView:
        """The view without plans that are not ``known``."""
        return replace(self, plans=tuple(p for p in self.plans if p in known))


def sync(known: Collection[str]) -> tuple[AskView, list[str]]:
    """The view in the address, and the ids of its plans that are not ``known``."""
    return address.sync_from_url(AskView, known, _fill, numbered=address.PASSAGE)


def ask(question: str | None = None) -> None:
    """Ask the question in the box, or ``question`` instead."""
    if question is not None:
        st.session_state[QUESTION] = question
    asked = st.session_state[QUESTION]
    _show(asked, st.session_state.get(READ, "") if leans(asked) else "")


def ask_again(view: AskView) -> None:
    """Ask what ``view`` asks; the widgets show it."""
    _fill(view)
    address.show_view(view)


def refine() -> None:
    """Ask the same question with the filters as they are now."""
    view = address.read_view(AskView)
    _show(view.question, view.after)


def refilter(chosen: Filter) -> None:
    """Ask the same question of the plans that another filter means."""
    address.update_view(AskView, filter=chosen)


def reorder() -> None:
    """List the passages by what was clicked; what is open stays open."""
    view = replace(address.read_view(AskView), by_place=st.session_state[ORDER] == ORDERS[1])
    address.write_view(view, st.session_state[address.OPENED])
    st.session_state[address.VIEW] = view


def order_name(order: str) -> str:
    """What an order of passages is called."""
    return _("Relevance") if order == ORDERS[0] else pgettext("in the plan's text", "Place")


def _fill(view: AskView) -> None:
    chosen = {QUESTION: view.question, PLANS: list(view.plans), SECTION: view.section, EVERY: view.every}
    st.session_state.update(chosen)


def _show(question: str, after: str = "") -> None:
    chosen = st.session_state
    now = address.read_view(AskView)
    plans = tuple(chosen[PLANS])
    shown = AskView(question, plans, chosen[SECTION], chosen[EVERY], now.by_place, after, filter=now.filter)
    address.show_view(address.tidy(shown))
