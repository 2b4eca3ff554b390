"""The filter by facets, the same on each page: a menu of values with their counts, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256

import streamlit as st

from indexer.errors import QuestionError
from indexer.library import Library
from indexer.library.filtering import choose_plans, count_facets
from indexer.translation import N_, _
from indexer.types import NOT_GIVEN, Facet, Filter, PlanInfo
from indexer.ui.shared import access
from indexer.ui.shared.markup import show_line
from indexer.wording import counted

LABELS = {
    Facet.ISSUER: N_("Region or issuer"),
    Facet.PLACE: N_("Place"),
    Facet.YEAR: N_("Year"),
    Facet.TYPE: N_("Type"),
    Facet.STATUS: N_("Status"),
    Facet.LANGUAGE: N_("Language"),
    Facet.TAG: N_("Tag"),
    Facet.COLLECTION: N_("Collection"),
}

#: The same within a sentence.
_IN_WORDS = {
    Facet.ISSUER: N_("issuer"),
    Facet.PLACE: N_("place"),
    Facet.YEAR: N_("year"),
    Facet.TYPE: N_("type"),
    Facet.STATUS: N_("status"),
    Facet.LANGUAGE: N_("language"),
    Facet.TAG: N_("tag"),
    Facet.COLLECTION: N_("collection"),
}
#: Values that Plancite finds by itself; all others are in an office's own words.
_VALUES = {
    Facet.TYPE: (
        N_("regulation"),
        N_("law"),
        N_("strategy"),
        N_("report"),
        N_("notice"),
        N_("policy"),
        N_("plan"),
    ),
    Facet.STATUS: (N_("draft"),),
}


def value_name(facet: Facet, value: str) -> str:
    """A facet's value as it is shown: in the reader's language where it is a word of Plancite's."""
    return _(value) if value == NOT_GIVEN or value in _VALUES.get(facet, ()) else value


def filter_plans(library: Library, plans: Sequence[PlanInfo], chosen: Filter) -> list[PlanInfo]:
    """Those of ``plans`` that the filter means; none where a link's year is none."""
    try:
        return choose_plans(plans, access.list_collections(library), chosen)
    except QuestionError:
        return []


def plan_options(plans: Sequence[PlanInfo], within: Sequence[PlanInfo], chosen: Collection[str]) -> dict[str, str]:
    """Titles, by id, of the plans to choose from: those that the filter leaves, and those that are ``chosen``."""
    left = {info.id for info in within}
    return {info.id: info.title for info in plans if info.id in left or info.id in chosen}


def show_filter(
    library: Library,
    plans: Sequence[PlanInfo],
    chosen: Filter,
    left: int,
    apply: Callable[[Filter], None],
    asked: str = "",
) -> None:
    """The menu; it says how many plans are ``left``. ``apply`` is called with another filter.

    What is ``asked`` within the filter closes the menu, which would lie over the answer.
    """
    some = _("Filter: {left} of {plans}").format(left=f"{left:,}", plans=counted(len(plans), "plan"))
    label = some if chosen.chosen else _("Filter plans")
    # another key is another menu, which is closed
    key = f"facets-menu-{sha256(asked.encode()).hexdigest()[:8]}"
    with st.popover(label, key=key, type="secondary" if chosen.chosen else "tertiary"):
        try:
            counts = count_facets(plans, access.list_collections(library), chosen)
        except QuestionError:
            counts = {facet: [] for facet in Facet}
        for facet, entries in counts.items():
            of_value = {entry.value: entry.plans for entry in entries}
            picked = [_as_listed(value, of_value) for value in getattr(chosen, facet)]
            if len(of_value) < 2 and not picked:
                continue  # one value for all plans narrows nothing
            st.session_state[_key(facet)] = picked
            st.multiselect(
                _(LABELS[facet]),
                list(dict.fromkeys([*of_value, *picked])),
                key=_key(facet),
                format_func=partial(_label, facet, of_value),
                placeholder=_("Any"),
                on_change=_apply,
                args=(chosen, facet, apply),
            )
        if chosen.chosen:
            st.button(_("Clear the filter"), key="facets-clear", type="tertiary", on_click=apply, args=(Filter(),))
        elif all(len(entries) < 2 for entries in counts.values()):
            show_line(_("All plans are alike in what is known of them. Say more of them on the Library page."))


def filter_text(chosen: Filter) -> str:
    """The filter in words, as its own text is in English."""
    each = (
        _("{facet} {values}").format(
            facet=_(_IN_WORDS[facet]), values=_(" or ").join(value_name(facet, value) for value in values)
        )
        for facet, values in chosen.chosen.items()
    )
    return _("; ").join(each)


def show_none_left(chosen: Filter, apply: Callable[[Filter], None]) -> None:
    """That no plan meets the filter, and the way back."""
    show_line(_("No plan meets the filter: {filter}.").format(filter=filter_text(chosen)), "notice")
    st.button(_("Clear the filter"), key="facets-none", on_click=apply, args=(Filter(),))


def _key(facet: Facet) -> str:
    return f"facet-{facet}"


def _as_listed(value: str, counts: Mapping[str, int]) -> str:
    """``value`` as the menu spells it."""
    return next((listed for listed in counts if listed.casefold() == value.casefold()), value)


def _label(facet: Facet, counts: Mapping[str, int], value: str) -> str:
    return f"{value_name(facet, value)} ({counts.get(value, 0):,})"


def _apply(chosen: Filter, facet: Facet, apply: Callable[[Filter], None]) -> None:
    apply(Filter(**{**chosen.chosen, facet: tuple(st.session_state[_key(facet)])}))
