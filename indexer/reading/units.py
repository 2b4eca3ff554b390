"""Units by their pint names: what they measure, and values converted from one to another.

pint is loaded at the first conversion (0.6 s), not before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

#: Beside pint's own: what plans count in. The Chinese mu is not pint's, a tonne of standard coal is an
#: energy (29.3 GJ), and money of one kind is no money of another.
_DEFINITIONS = (
    "yuan = [yuan]",
    "dollar = [dollar]",
    "euro = [euro]",
    "pound_sterling = [pound_sterling]",
    "mu_of_land = 2000 / 3 * m ** 2",
    "tce = 29.3076 * GJ",
    "gce = 1e-6 * tce",
    "people = [people]",
    "percentage_point = [percentage_point]",
)


def convert(value: float, unit: str, to: str) -> float:
    """``value`` of ``unit`` in the unit ``to``, both pint names of one dimension."""
    return float(_registry().Quantity(value, unit).to(to).magnitude)


@lru_cache(maxsize=256)
def dimension(unit: str) -> str:
    """What ``unit`` measures. A share is no count, though pint has no dimension for either."""
    if unit in ("", "percent", "degree"):
        return unit
    return str(_registry().Unit(unit).dimensionality)


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint  # imported late: it takes 0.6 s

    registry: Any = pint.UnitRegistry()
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry
