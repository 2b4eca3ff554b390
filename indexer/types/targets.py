"""What plans commit to in figures: targets, thresholds, and the same indicator across plans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.types.plans import Span


class Binding(StrEnum):
    """Degrees of obligation, the strictest first."""

    MUST = "must"
    SHOULD = "should"
    STRIVE = "strive"
    ENCOURAGE = "encourage"


class TargetKind(StrEnum):
    """What a figure does: a plan is to reach it, or it says what a rule applies to."""

    TARGET = "target"
    THRESHOLD = "threshold"


class Comparator(StrEnum):
    """How the figure bounds what is meant."""

    EQUAL = "="
    ABOUT = "≈"
    MORE = ">"
    AT_LEAST = ">="
    LESS = "<"
    AT_MOST = "<="
    RANGE = "range"


class Trend(StrEnum):
    """Which way a figure moves that is a difference rather than a level."""

    RISE = "rise"
    FALL = "fall"


class Sector(StrEnum):
    """What part of life a target concerns; the sectors of national climate reports, in the words of plans."""

    ECONOMY = "whole economy"
    ENERGY = "energy"
    INDUSTRY = "industry"
    BUILDINGS = "buildings"
    TRANSPORT = "transport"
    LAND = "agriculture and land"
    WASTE = "waste and circular economy"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Target:
    """One figure that a plan commits to, or a threshold.

    ``quote`` is ``plan.text[start:end]``, the sentence; ``span`` that of ``figure`` in the plan's text.
    ``value`` and ``high``, which only a range has, are in ``unit``, a pint name, "" for a mere count.
    Both are None where the source broke the figure off (``cut_off``). ``change`` says that the value is
    a difference, to ``base_year`` if one is named. ``doubt`` is a sentence on what could not be told for
    sure, or "".
    """

    kind: TargetKind
    plan: str
    indicator: str
    comparator: Comparator
    value: float | None
    high: float | None
    unit: str
    figure: str
    quote: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int
    span: Span
    year: int | None = None
    base_year: int | None = None
    change: Trend | None = None
    scope: str | None = None
    binding: Binding = Binding.SHOULD
    cut_off: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class TargetCell:
    """A target in its row: ``value`` and ``high`` converted to the row's unit."""

    target: Target
    value: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One indicator for one year across plans, in the order of the plans asked for.

    ``series`` numbers the indicator: rows of other years have the same. ``gap`` is the largest value less
    the smallest, in ``unit``; None where fewer than two plans have a value, or where they cannot be
    subtracted, which ``note`` then says.
    """

    series: int
    indicator: str
    year: int | None
    unit: str
    cells: tuple[TargetCell, ...]
    gap: float | None
    note: str = ""
