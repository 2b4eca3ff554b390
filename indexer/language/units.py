"""Units by their pint names: how they are written, what they measure, values converted from one to another.

pint is loaded at the first conversion (0.6 s), not before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

#: What plans count in, besides pint's own units: the Chinese mu; a tonne of standard coal, which is an energy
#: (29.3 GJ); and currencies, which do not convert to each other.
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

_METRE = r"met(?:er|re)s?"
#: (how it is written, pint name), in the order of trying; case distinguishes short forms.
_WRITTEN = (
    (r"%|％|(?i:percent(?!age)|per cent)\b", "percent"),
    (r"(?i:percentage points?)\b|个百分点", "percentage_point"),
    (r"(?i:grams? of (?:standard )?coal(?: equivalent)?)|gce\b|克标准?煤", "gce"),
    (r"(?i:ton(?:ne)?s? of (?:(?:standard )?coal equivalent|standard coal))|tce\b|吨标准?煤", "tce"),
    (r"(?i:kilowatt[- ]?hours?)\b|kWh\b|KWH\b|千瓦时|度电?(?=[。，,；;\s]|$)", "kW*h"),
    (r"(?i:megawatt[- ]?hours?)\b|MWh\b|兆瓦时", "MW*h"),
    (r"(?i:gigawatt[- ]?hours?)\b|GWh\b|吉瓦时", "GW*h"),
    (r"(?i:terawatt[- ]?hours?)\b|TWh\b", "TW*h"),
    (r"(?i:kilowatts?)\b|kW\b|KW\b|千瓦", "kW"),
    (r"(?i:megawatts?)\b|MW\b|兆瓦", "MW"),
    (r"(?i:gigawatts?)\b|GW\b|吉瓦", "GW"),
    (r"(?i:terawatts?)\b|TW\b", "TW"),
    (r"(?i:watts?)\b|W\b|瓦", "W"),
    (r"(?i:kilovolts?)\b|kV\b|KV\b|千伏", "kV"),
    (r"(?i:(?:metric )?(?:ton(?:ne)?s?)|deadweight tons?)\b|t\b|吨", "t"),
    (r"(?i:megatons?)\b|Mt\b", "Mt"),
    (r"Gt\b", "Gt"),
    (r"(?i:kilograms?|kg)\b|公斤|千克", "kg"),
    (r"(?i:milligrams?|mg)\b|毫克", "mg"),
    (r"(?i:micrograms?)\b|[μµ]g\b|微克", "ug"),
    (r"(?i:grams?)\b|g\b|克", "g"),
    (rf"(?i:cubic {_METRE}|m3\b|m\^3\b|cu\.? ?m\b)|m³|立方米|方(?=[。，,；;\s]|$)", "m**3"),
    (rf"(?i:square kilo{_METRE}|km2\b)|km²|平方公里|平方千米", "km**2"),
    (rf"(?i:square {_METRE}|m2\b|sq\.? ?m\b)|m²|平方米|平米", "m**2"),
    (r"(?i:hectares?|ha)\b|公顷", "hectare"),
    (r"(?i:mu)\b|亩", "mu_of_land"),
    (rf"(?i:kilo{_METRE}|km)\b|公里|千米", "km"),
    (rf"(?i:{_METRE})\b|m\b|米", "m"),
    (r"(?i:lit(?:er|re)s?)\b|L\b|升", "L"),
    (r"(?i:gigajoules?)\b|GJ\b", "GJ"),
    (r"(?i:° ?C|degrees celsius)|℃|摄氏度", "degC"),
    (r"(?i:degrees?)\b|°|度", "degree"),
    (r"(?i:RMB|yuan|CNY)\b|元", "yuan"),
    (r"(?i:(?:US )?dollars?|USD)\b|美元", "dollar"),
    (r"(?i:euros?|EUR)\b|欧元", "euro"),
    (r"(?i:people|persons?|inhabitants|residents)\b|人", "people"),
    (r"(?i:years?)\b|年(?!第)", "year"),
    (r"(?i:months?)\b|个月", "month"),
    (r"(?i:(?:(?:business|working|calendar) )?days?)\b|天|个?工作日", "day"),
    (r"(?i:hours?)\b|小时", "hour"),
    (r"(?i:minutes?)\b|分钟", "minute"),
)  # fmt: skip
#: Signs and codes of currencies, which come before the figure.
CURRENCY = {
    "$": "dollar", "€": "euro", "£": "pound_sterling", "¥": "yuan", "￥": "yuan",
    "US$": "dollar", "USD": "dollar", "EUR": "euro", "GBP": "pound_sterling", "RMB": "yuan", "CNY": "yuan",
}  # fmt: skip
_UNIT = re.compile("|".join(f"(?P<u{i}>{pattern})" for i, (pattern, _) in enumerate(_WRITTEN)))
_PER = re.compile(r"\s?(?:/|(?i:per|an?(?=\s(?:year|month|day|hour)\b))\s(?:unit\sof\s)?|每)\s?")


def unit_at(text: str, position: int) -> tuple[str, int]:
    """(pint name, where it ends) of the unit that follows; ("", position) when none does."""
    gap = re.compile(r"[ \u00a0-]?").match(text, position)
    assert gap is not None
    match = _UNIT.match(text, gap.end())
    if not match:
        return "", position
    unit = _WRITTEN[int(str(match.lastgroup)[1:])][1]
    per = _PER.match(text, match.end())
    below = _UNIT.match(text, per.end()) if per and unit != "percent" else None
    if below:
        return f"{unit}/({_WRITTEN[int(str(below.lastgroup)[1:])][1]})", below.end()
    return unit, match.end()


@lru_cache(maxsize=4096)  # pint takes some 0.1 ms for each
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
