"""Whether a figure may be another's goal, which its sentence recalls: an agreement's, a state's.

A plan that aligns itself with such a goal may commit to it, so that the figure stays a target, with a doubt.
"""

from __future__ import annotations

import re

from indexer.targets.clauses import NEAR, Figure
from indexer.types import Plan

#: °C of warming that agreements speak of.
_MOST_DEGREES = 3
_GLOBAL = re.compile(
    r"\b(?:Paris|Agreement|pre-?industrial|warming|global (?:(?:average|mean|surface) )*temperatures?)\b"
    r"|巴黎协定|工业化前|全球(?:平均)?(?:气温|温升|升温)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"[\W\d]*(?:the )?(?P<who>[A-Z]\w+(?:\s[A-Z]\w+){0,3})\s+(?:has|have|had)\s+(?:\w+ly\s+)?(?:developed|adopted|set"
    r"|enacted|passed|established|pledged|committed|mandated|announced)\b"
)
_OF_STATE = re.compile(
    r"\b(?:state|federal)\s(?:mandates?|laws?|legislation|requirements?|goals?|targets?)\b[^.;]*$", re.IGNORECASE
)


def is_of_climate(figure: Figure) -> bool:
    """Whether ``figure`` is a warming of the globe, of which agreements speak."""
    degrees = figure.high or figure.value or 0
    return figure.unit == "degC" and degrees <= _MOST_DEGREES and _GLOBAL.search(figure.sentence) is not None


def may_be_recalled(figure: Figure, plan: Plan) -> bool:
    """Whether the sentence may only recall ``figure``, the goal of an agreement or of another government."""
    if is_of_climate(figure) or _OF_STATE.search(figure.before[-NEAR:]):
        return True
    own = f"{plan.title} {plan.metadata.issuer} {plan.metadata.place}".strip().casefold()
    who = _ANOTHER.match(figure.before)
    return who is not None and bool(own) and not who["who"].isupper() and who["who"].casefold() not in own
