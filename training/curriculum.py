"""What each stage of a training learns from."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from training.examples import Example, Kind
from training.sources import EXTRACTIVE

#: How often a stage reads what people found unanswerable: there are few of them, and they teach most.
JUDGED_READ = 4
#: Distractors and mined negatives of the first stage, as a share of its answers.
_OTHERS = 0.125


class Stage(StrEnum):
    """``SPANS``: where short answers begin and end, and people's near misses. ``ALL``: everything there is."""

    SPANS = "spans"
    ALL = "all"


def of_stage(examples: Sequence[Example], stage: Stage) -> list[Example]:
    """The examples that ``stage`` learns from, in their order; those that people judged come ``JUDGED_READ`` times."""
    judged = [e for e in examples if e.kind is Kind.JUDGED]
    if stage is Stage.ALL:
        return [*examples, *judged * (JUDGED_READ - 1)]
    answers = [e for e in examples if e.span and e.source in EXTRACTIVE]
    others = [e for e in examples if not e.relevant and e.kind is not Kind.JUDGED]
    return [*answers, *judged * JUDGED_READ, *others[: round(_OTHERS * len(answers))]]
