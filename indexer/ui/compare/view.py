"""What the Compare page shows: questions, plans, and which comparison of them; and how its widgets change that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

import streamlit as st

from indexer.translation import N_, _
from indexer.types import Filter
from indexer.ui.shared import address
from indexer.ui.shared.address import View, facets, flag, number, one_of, place, place_name, ranks, texts
from indexer.ui.shared.source import Place

# Keys of the widgets.
QUESTIONS, PLANS, TAB = "questions", "compared", "tab"
OVERVIEW, READ, TOGETHER, ONLY_PLAN = "overview", "read", "together", "only-plan"
PICKED, SECTION, BESIDE = "picked", "picked-section", "beside"
ONE, OTHER = "pair-one", "pair-other"
# Whether what a fragment did concerns the rest of the page.
_WHOLE = "whole-page"


class Tab(StrEnum):
    """The ways in which plans are compared."""

    ANSWERS = "answers"
    COUNTERPARTS = "counterparts"
    ONLY = "only"
    SECTIONS = "sections"


OVERVIEWS = (N_("Answers"), N_("Passage counts"))
TABS = {
    Tab.ANSWERS: N_("Answers"),
    Tab.COUNTERPARTS: N_("Counterparts"),
    Tab.ONLY: N_("Only one says"),
    Tab.SECTIONS: N_("Sections side by side"),
}


@dataclass(frozen=True, slots=True)
class CompareView(View):
    """What is compared (no plan means all of them) and how it is shown.

    ``chosen`` is the question, from 0, that is read side by side, ``as_map`` whether the others are counted;
    ``at`` the plan and offset of the passage whose counterparts are shown, in the plans ``beside``, and ``ranks``
    which of them, from 1, for each plan where not the nearest; ``pair`` the two plans whose sections are matched and
    ``section`` the line that is open; ``only`` the plan whose own passages are listed; ``apart`` whether texts side
    by side scroll separately.
    """

    PAGE: ClassVar[str] = "compare"

    questions: tuple[str, ...] = texts("q")
    plans: tuple[str, ...] = texts("plan")
    tab: Tab = one_of("tab", Tab.ANSWERS, Tab)
    chosen: int = number("read", 0, offset=1)
    as_map: bool = flag("map")
    at: tuple[str, int] | None = place("at")
    beside: tuple[str, ...] = texts("beside")
    ranks: tuple[tuple[str, int], ...] = ranks("rank")
    pair: tuple[str, ...] = texts("pair", unique=False)
    section: int | None = number("section")
    only: str = address.text("only")
    apart: bool = flag("apart")
    filter: Filter = facets("filter")

    def missing(self, known: Collection[str]) -> list[str]:
        """Ids of plans that are compared and are not ``known``."""
        return [plan for plan in self.plans if plan not in known]

    def within(self, known: Collection[str]) -> CompareView:
        """The view without plans that are not ``known``."""
        at = self.at if self.at and self.at[0] in known else None
        pair = self.pair if all(p in known for p in self.pair) else ()
        return replace(
            self,
            plans=tuple(p for p in self.plans if p in known),
            beside=tuple(p for p in self.beside if p in known),
            at=at,
            ranks=tuple(rank for rank in self.ranks if rank[0] in known) if at == self.at else (),
            pair=pair,
            section=self.section if pair == self.pair else None,
            only=self.only if self.only in known else "",
        )


def sync(known: Collection[str]) -> tuple[CompareView, list[str]]:
    """The view in the address, and the ids of its plans that are not ``known``."""
    return address.sync_from_url(CompareView, known, _fill)


def read() -> CompareView:
    """The view in the address."""
    return address.read_view(CompareView)


def update(**changes: Any) -> None:
    """Change fields of the view."""
    address.update_view(CompareView, **changes)


def compare(questions: Iterable[str] | None = None, plans: Iterable[str] | None = None) -> None:
    """Compare what the widgets say, or ``questions`` or ``plans`` instead."""
    if questions is not None:
        st.session_state[QUESTIONS] = "\n".join(questions)
    if plans is not None:
        st.session_state[PLANS] = list(plans)
    lines, now = st.session_state[QUESTIONS].splitlines(), read()
    asked = address.tidy(CompareView(tuple(lines), tuple(st.session_state[PLANS])))
    # Other plans leave the tab open, another question leads to its answers.
    tab = now.tab if asked.questions == now.questions else Tab.ANSWERS
    address.show_view(replace(asked, tab=tab, as_map=now.as_map, apart=now.apart, filter=now.filter))


def choose_plans() -> None:
    """Compare the plans that were chosen; a source or passage of the others closes."""
    update(plans=tuple(st.session_state[PLANS]))


def refilter(chosen: Filter) -> None:
    """Compare the plans that another filter means."""
    update(filter=chosen)


def turn_tab() -> None:
    """Open the tab that was clicked."""
    update(tab=next(tab for tab, label in TABS.items() if _(label) == st.session_state[TAB]))


def turn_overview() -> None:
    """Show all questions and plans as a table of answers or as a map of counts."""
    update(as_map=st.session_state[OVERVIEW] == OVERVIEWS[1])


def turn_question() -> None:
    """Read the question that was chosen side by side."""
    update(chosen=st.session_state[READ])


def turn_scrolling() -> None:
    """Scroll texts side by side together, or each by itself."""
    update(apart=not st.session_state[TOGETHER])


def go_to(plan: str, start: int) -> None:
    """Show the counterparts of the passage of ``plan`` at ``start``."""
    update(at=(plan, start), ranks=())


def pick_plan() -> None:
    """Begin at the first passage of the plan that was chosen."""
    plan = st.session_state[PICKED]
    update(at=(plan, 0), ranks=(), beside=tuple(p for p in read().beside if p != plan))


def pick_section(plan: str) -> None:
    """Go to the section of ``plan`` that was chosen, by the offset at which it begins."""
    go_to(plan, st.session_state[SECTION] or 0)


def pick_beside() -> None:
    """Read the passage next to the plans that were chosen."""
    update(beside=tuple(st.session_state[BESIDE]))


def pick_pair() -> None:
    """Match the sections of the two plans that were chosen."""
    update(pair=(st.session_state[ONE], st.session_state[OTHER]), section=None)


def pick_only() -> None:
    """List the passages of the plan that was chosen."""
    update(only=st.session_state[ONLY_PLAN])


def turn_to(plan: str, rank: int) -> None:
    """Show the counterpart of this rank, from 0, in ``plan``."""
    chosen = {**dict(read().ranks), plan: rank}
    update(ranks=tuple(entry for entry in chosen.items() if entry[1]))


def opened_of(places: Mapping[str, Place]) -> str:
    """The key of the source that is open, of ``places`` by key; "" for none."""
    opened = st.session_state[address.OPENED]
    return next((name for name, at in places.items() if place_name(at.plan, at.start) == opened), "")


def counterparts_link(plan: str, start: int) -> str:
    """The address of the counterparts of the passage of ``plan`` that holds ``start``."""
    return address.link_to(replace(read(), tab=Tab.COUNTERPARTS, at=(plan, start), ranks=()))


def rerun_after(action: Callable[[], None]) -> None:
    """Do something that concerns the whole page."""
    action()
    st.session_state[_WHOLE] = True


def rerun_if_asked() -> None:
    """At the head of a fragment: draw the whole page where a click within concerns it."""
    if st.session_state.pop(_WHOLE, False):
        st.rerun()


def _fill(view: CompareView) -> None:
    chosen = {QUESTIONS: "\n".join(view.questions), PLANS: list(view.plans), TAB: _(TABS[view.tab])}
    st.session_state.update(chosen)
