"""Plans by their facets: which of them a filter means, and how many have each value."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

from indexer.errors import QuestionError
from indexer.storage.rows import unknown_plan
from indexer.types import NOT_GIVEN, Facet, FacetCount, Filter, PlanInfo

_YEARS = re.compile(r"(?P<first>\d{4})?(?P<span>\.\.)?(?P<last>\d{4})?")
#: Values that a message about an unknown one names.
_NAMED = 8


def choose_plans(
    plans: Sequence[PlanInfo], collections: Mapping[str, Collection[str]], wanted: Filter
) -> list[PlanInfo]:
    """Those of ``plans`` that a filter means. Raises QuestionError for a year that is none."""
    check_years(wanted)
    values = _values_of(plans, collections)
    return [info for info in plans if not _unmet(values[info.id], wanted)]


def count_facets(
    plans: Sequence[PlanInfo], collections: Mapping[str, Collection[str]], wanted: Filter
) -> dict[Facet, list[FacetCount]]:
    """How many of ``plans`` have each value of each facet, of those that meet the filter in all other facets.

    So a count says how many plans would be listed if that value alone were chosen in its facet. The most frequent
    come first, years by age, and what is not given last. Raises QuestionError.
    """
    check_years(wanted)
    values = _values_of(plans, collections)
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for info in plans:
        of_plan = values[info.id]
        unmet = _unmet(of_plan, wanted)
        for facet in Facet if not unmet else unmet if len(unmet) == 1 else ():
            counts[facet].update({value.casefold() for value in of_plan[facet]})
            for value in of_plan[facet]:
                spelled[value.casefold()][value] += 1

    def rank(facet: Facet, entry: tuple[str, int]) -> tuple[object, ...]:
        value, count = entry
        return value == NOT_GIVEN, -int(value) if facet is Facet.YEAR and value.isdigit() else -count, value

    return {
        facet: [
            FacetCount(spelled[folded].most_common(1)[0][0], count)
            for folded, count in sorted(counts[facet].items(), key=lambda entry, facet=facet: rank(facet, entry))  # type: ignore[misc]
        ]
        for facet in Facet
    }


def chosen_ids(
    plans: Sequence[PlanInfo],
    collections: Mapping[str, Collection[str]],
    named: Iterable[str] | None,
    wanted: Filter,
) -> tuple[str, ...]:
    """Ids of the plans that a filter means, of those ``named`` where any are.

    Raises UnknownPlanError, and QuestionError where no plan is left.
    """
    found = [info.id for info in choose_plans(plans, collections, wanted)]
    if named is not None:
        known = [info.id for info in plans]
        for plan in named:
            if plan not in known:
                raise unknown_plan(plan, known)
        found = [plan for plan in named if plan in found]
    if not found:
        raise QuestionError(_nothing(plans, collections, wanted))
    return tuple(found)


def check_years(wanted: Filter) -> None:
    """Raise QuestionError for a year that is neither a year nor a span of years."""
    for year in wanted.year:
        if year != NOT_GIVEN and not _span_of(year):
            raise QuestionError(f"{year!r} is no year. Give one, or a span: 2022, 2021..2025, 2021.. or ..2025.")


def _span_of(text: str) -> tuple[int, int] | None:
    """The first and the last year that ``text`` names; None for what is no year."""
    found = _YEARS.fullmatch(text.strip())
    if not found or not (found["first"] or found["last"]) or (found["last"] and not found["span"]):
        return None
    first = int(found["first"] or 0)
    return first, int(found["last"] or (9999 if found["span"] else first))


def _values_of(
    plans: Iterable[PlanInfo], collections: Mapping[str, Collection[str]]
) -> dict[str, dict[Facet, tuple[str, ...]]]:
    """What each plan has in each facet, by its id."""
    within: dict[str, list[str]] = defaultdict(list)
    for name, members in collections.items():
        for plan in members:
            within[plan].append(name)
    return {info.id: _facets_of(info, within[info.id]) for info in plans}


def _facets_of(info: PlanInfo, collections: Iterable[str]) -> dict[Facet, tuple[str, ...]]:
    known = info.metadata
    values: dict[Facet, Iterable[str]] = {
        Facet.ISSUER: [known.issuer],
        Facet.PLACE: [known.place],
        Facet.YEAR: [str(known.year or "")],
        Facet.TYPE: [known.type],
        Facet.STATUS: [known.status],
        Facet.LANGUAGE: [known.language],
        Facet.TAG: known.tags,
        Facet.COLLECTION: collections,
    }
    return {facet: tuple(filter(None, given)) or (NOT_GIVEN,) for facet, given in values.items()}


def _unmet(of_plan: Mapping[Facet, tuple[str, ...]], wanted: Filter) -> list[Facet]:
    """The facets in which a plan has none of the values that are wanted."""
    return [facet for facet, chosen in wanted.chosen.items() if not _has_any(facet, of_plan[facet], chosen)]


def _has_any(facet: Facet, values: Iterable[str], chosen: Iterable[str]) -> bool:
    folded = {value.casefold() for value in values}
    if folded & {value.casefold() for value in chosen}:
        return True
    if facet is not Facet.YEAR:
        return False
    years = [int(value) for value in folded if value.isdigit()]
    return any(first <= year <= last for first, last in filter(None, map(_span_of, chosen)) for year in years)


def _nothing(plans: Sequence[PlanInfo], collections: Mapping[str, Collection[str]], wanted: Filter) -> str:
    """Why no plan is left, naming values like one that no plan has."""
    known = count_facets(plans, collections, Filter())
    for facet, chosen in wanted.chosen.items():
        there = [entry.value for entry in known[facet] if entry.value != NOT_GIVEN]
        folded = {value.casefold(): value for value in there}
        for value in chosen:
            if facet is Facet.YEAR or value == NOT_GIVEN or value.casefold() in folded:
                continue
            near = [folded[match] for match in get_close_matches(value.casefold(), folded)]
            named = list(dict.fromkeys([*near, *there]))[:_NAMED]
            return f"No plan has the {facet} {value!r}. There are: {', '.join(named) or f'no plans with a {facet}'}."
    return f"No plan meets the filter: {wanted}. Take a part of it out."
