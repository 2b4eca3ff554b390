"""What the Targets page shows: which targets, in which table and chart; and how its widgets change that."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, ClassVar

import streamlit as st

from indexer.translation import N_
from indexer.types import Binding, Filter, Sector
from indexer.ui.shared import address
from indexer.ui.shared.address import View, facets, flag, number, one_of, place, texts

# Keys of the widgets.
PLANS, SECTOR, YEAR, BINDING, WORDS = "t-plans", "t-sector", "t-year", "t-binding", "t-words"
TABLE, CHART, INDICATOR, LINE_PLAN, REST = "t-view", "t-chart", "t-indicator", "t-line", "t-rest"
# Whether all of a time line is drawn.
WHOLE_LINE = "t-whole-line"
#: A filter's choice that lets everything through.
ANY = N_("Any")
TABLES = (N_("Side by side"), N_("Every target"))
CHARTS = (N_("One indicator across plans"), N_("One plan on a time line"))


@dataclass(frozen=True, slots=True)
class TargetsView(View):
    """Which targets are listed, and how; a filter that is empty lets everything through.

    ``sector`` and ``binding`` are values of their types, ``words`` what the indicator or the quote contains;
    ``every`` lists every target instead of indicators side by side, ``rest`` also figures that are no commitments;
    ``line`` is the plan whose targets are on a time line, else one indicator is charted: the one of the figure ``at``
    this plan and offset.
    """

    PAGE: ClassVar[str] = "targets"

    plans: tuple[str, ...] = texts("plan")
    sector: str = one_of("sector", "", Sector)
    year: int | None = number("year")
    binding: str = one_of("binding", "", Binding)
    words: str = address.words("words")
    every: bool = flag("every")
    at: tuple[str, int] | None = place("at")
    line: str = address.text("line")
    rest: bool = flag("rest")
    filter: Filter = facets("filter")

    def missing(self, known: Collection[str]) -> list[str]:
        """Ids of plans that the view names and that are not ``known``."""
        named = (*self.plans, *([self.at[0]] if self.at else []), *([self.line] if self.line else []))
        return [plan for plan in dict.fromkeys(named) if plan not in known]

    def within(self, known: Collection[str]) -> TargetsView:
        """The view without plans that are not ``known``."""
        plans = tuple(p for p in self.plans if p in known)
        at = self.at if self.at and self.at[0] in known else None
        return replace(self, plans=plans, at=at, line=self.line if self.line in known else "")


def sync(known: Collection[str]) -> tuple[TargetsView, list[str]]:
    """The view in the address, and the ids of its plans that are not ``known``."""
    return address.sync_from_url(TargetsView, known, _fill)


def read() -> TargetsView:
    """The view in the address."""
    return address.read_view(TargetsView)


def update(**changes: Any) -> None:
    """Change fields of the view."""
    address.update_view(TargetsView, **changes)


def contains(text: str, words: str) -> bool:
    """Whether every one of ``words`` is in ``text``, in any case."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


def refine() -> None:
    """List what the filters say."""
    chosen = st.session_state
    update(
        plans=tuple(chosen[PLANS]),
        sector="" if chosen[SECTOR] == ANY else chosen[SECTOR],
        year=None if chosen[YEAR] == ANY else chosen[YEAR],
        binding="" if chosen[BINDING] == ANY else chosen[BINDING],
        words=" ".join(chosen[WORDS].split()),
    )


def refilter(chosen: Filter) -> None:
    """List the targets of the plans that another filter means."""
    update(filter=chosen)


def turn_table() -> None:
    """Show indicators side by side, or every target."""
    update(every=st.session_state[TABLE] == TABLES[1])


def turn_rest() -> None:
    """Switch the list of all figures, those that are no commitments too, on or off."""
    update(rest=st.session_state[REST], every=st.session_state[REST] or read().every)


def turn_chart(plan: str) -> None:
    """Chart one indicator, or the time line of ``plan``."""
    update(line=plan if st.session_state[CHART] == CHARTS[1] else "")


def pick_indicator() -> None:
    """Chart the indicator that was chosen."""
    update(at=st.session_state[INDICATOR])


def pick_line() -> None:
    """Put the plan that was chosen on the time line."""
    update(line=st.session_state[LINE_PLAN])


def toggle_line() -> None:
    """Draw all of the time line, or only its beginning."""
    st.session_state[WHOLE_LINE] = not st.session_state.get(WHOLE_LINE, False)


def table_key() -> str:
    """The table's key: another one for another view, so that no old choice stays."""
    shown = repr(address.to_query(address.read_view(TargetsView)))
    return f"t-table-{sha256(shown.encode()).hexdigest()[:12]}"


def _fill(view: TargetsView) -> None:
    chosen: dict[str | int, Any] = {
        PLANS: list(view.plans),
        SECTOR: str(view.sector) or ANY,
        YEAR: ANY if view.year is None else view.year,
        BINDING: str(view.binding) or ANY,
        WORDS: view.words,
    }
    st.session_state.update(chosen)
