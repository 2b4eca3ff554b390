"""What is laid side by side: cells, differences, counterparts, what only one plan says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.types.answers import Answer, Hit
from indexer.types.plans import Passage, Span


class Aspect(StrEnum):
    """What two texts can differ in that matters to a reader of plans."""

    FIGURE = "figure"  # a figure with its unit, compared as a value
    YEAR = "year"
    NAME = "name"
    BINDING = "binding"  # must, should, strive, encourage


@dataclass(frozen=True, slots=True)
class Mark:
    """Words of a text that differ from the text beside it; ``span`` is of that text."""

    span: Span
    aspect: Aspect


@dataclass(frozen=True, slots=True)
class Cell:
    """One plan's answer in a comparison; ``marks``, by sentence of it: what other plans say otherwise."""

    plan: str
    title: str
    answer: Answer
    marks: tuple[tuple[Mark, ...], ...] = ()

    @property
    def found(self) -> bool:
        """Whether the plan answers."""
        return self.answer.answerable


@dataclass(frozen=True, slots=True)
class Difference:
    """One aspect in which plans differ: ``values`` maps a plan id to "37000000 kW", "2030", "must".

    A plan that says nothing in this aspect is left out.
    """

    aspect: Aspect
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question asked of several plans, a cell a plan in the order given, and where they differ."""

    question: str
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A passage of another plan beside a picked one; ``mutual``: each is the other's nearest.

    ``own_marks`` are of the picked passage's text, ``marks`` of ``hit.passage.text``.
    """

    hit: Hit
    mutual: bool
    own_marks: tuple[Mark, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct:
    """Passages of one section that only their plan has, in reading order.

    ``hit.score`` says how far each is from the nearest of any other plan, between 0 and 1.
    """

    plan: str
    title: str
    section: tuple[str, ...]
    passages: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What most plans say alike: one passage of each of them, by plan id."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """What only one of several plans says and what most share; ``measure`` is a sentence on how it was told.

    ``only`` runs plan by plan, section by section, ``shared`` in the order of the first passages.
    """

    measure: str
    only: tuple[Distinct, ...]
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class SectionPair:
    """Indices into two plans' ``sections``, None where one has no counterpart; ``score`` from 0 to 1."""

    one: int | None
    other: int | None
    score: float
