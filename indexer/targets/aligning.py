"""Targets of several plans -> rows: one indicator and one year, values in one unit, and the gap.

Two plans name one indicator in two ways, and their sentences around it are alike as well; both are
measured by the encoder. Within a plan another name is another indicator ("wind power" beside "wind and
solar power"), so each plan has at most one series in a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from indexer.encoding import Encoder, Vectors
from indexer.reading.quantities import find_quantities
from indexer.reading.units import convert, dimension
from indexer.types import Target, TargetCell, TargetKind, TargetRow

#: Cosine of two names of one plan from which they are one indicator.
SAME_NAME = 0.95
#: Mean of the cosines of names and of sentences from which two plans' indicators are one. On two plans
#: read by hand the pairs that are one stand above 0.79, the rest below 0.62 once each has its partner.
SAME_INDICATOR = 0.7
#: Cosine of two scopes that hold the same figures from which they are one.
SAME_SCOPE = 0.75


def align_targets(targets: Sequence[Target], encoder: Encoder) -> list[TargetRow]:
    """Rows of ``targets``, indicators in the order of first mention, then by year; thresholds are left out."""
    chosen = [t for t in targets if t.kind is TargetKind.TARGET]
    if not chosen:
        return []
    texts = list(dict.fromkeys(text for t in chosen for text in (t.indicator, t.quote, t.scope) if text))
    vectors = dict(zip(texts, encoder.embed(texts), strict=True))
    plans = {plan: i for i, plan in enumerate(dict.fromkeys(t.plan for t in targets))}
    rows: list[TargetRow] = []
    for number, series in enumerate(_joined(_series(chosen, vectors), vectors)):
        years = sorted({t.year for t in series}, key=lambda year: (year is None, year or 0))
        for year in years:
            of_year = sorted((t for t in series if t.year == year), key=lambda t: (plans[t.plan], t.start, t.span))
            rows.append(_row(number, series[0].indicator, year, of_year, vectors))
    return rows


def _series(targets: Sequence[Target], vectors: dict[str, Vectors]) -> list[list[Target]]:
    """Targets of one plan under one name, whatever their year."""
    found: list[list[Target]] = []
    for target in targets:
        for series in found:
            first = series[0]
            if (
                first.plan == target.plan
                and first.change is target.change
                and _one_dimension(series, [target])
                and float(vectors[first.indicator] @ vectors[target.indicator]) >= SAME_NAME
            ):
                series.append(target)
                break
        else:
            found.append([target])
    return found


def _joined(found: list[list[Target]], vectors: dict[str, Vectors]) -> list[list[Target]]:
    """Series of several plans that are one indicator, the most alike first, one of each plan."""
    names = np.stack([vectors[s[0].indicator] for s in found])
    sentences = np.stack([vectors[s[0].quote] for s in found])
    alike = (names @ names.T + sentences @ sentences.T) / 2
    group = list(range(len(found)))
    pairs = [(i, j) for i, j in combinations(range(len(found)), 2) if alike[i, j] >= SAME_INDICATOR]
    for i, j in sorted(pairs, key=lambda pair: (-round(float(alike[pair]), 6), pair)):
        one = [k for k, g in enumerate(group) if g == group[i]]
        other = [k for k, g in enumerate(group) if g == group[j]]
        if {found[k][0].plan for k in one} & {found[k][0].plan for k in other}:
            continue
        if all(_one_dimension(found[a], found[b]) for a in one for b in other):
            for k in one + other:
                group[k] = min(group[i], group[j])
    return [[t for k, g in enumerate(group) if g == number for t in found[k]] for number in sorted(set(group))]


def _one_dimension(one: Sequence[Target], other: Sequence[Target]) -> bool:
    """Whether both measure the same kind of thing; a figure that was broken off may measure any."""
    kinds = [{dimension(t.unit) for t in series if not t.cut_off} for series in (one, other)]
    return not kinds[0] or not kinds[1] or kinds[0] == kinds[1]


def _row(
    number: int, indicator: str, year: int | None, targets: Sequence[Target], vectors: dict[str, Vectors]
) -> TargetRow:
    known = [t for t in targets if t.value is not None]
    unit = Counter(t.unit for t in known).most_common(1)[0][0] if known else ""
    cells = tuple(TargetCell(t, _converted(t.value, t.unit, unit), _converted(t.high, t.unit, unit)) for t in targets)
    if len({t.plan for t in targets}) < 2:
        return TargetRow(number, indicator, year, unit, cells, None)
    note = _unlike(targets, vectors)
    values = [cell.value for cell in cells if cell.value is not None]
    gap = None if note else max(values) - min(values)
    return TargetRow(number, indicator, year, unit, cells, gap, note)


def _unlike(targets: Sequence[Target], vectors: dict[str, Vectors]) -> str:
    """Why the values of ``targets`` cannot be subtracted, or ""."""
    known = [t for t in targets if t.value is not None]
    plans = {t.plan for t in known}
    reasons = (
        ("a figure is cut off in its source", len(plans) < 2),
        ("the base years differ", len({t.base_year for t in known}) > 1),
        ("one figure is a change, another a level", len({t.change for t in known}) > 1),
        ("the scopes differ", any(not _same_scope(a.scope, b.scope, vectors) for a, b in combinations(known, 2))),
        ("a figure is a range", any(t.high is not None for t in known)),
        ("a plan gives several figures", len(known) > len(plans)),
    )
    return next((f"Not subtracted: {reason}." for reason, holds in reasons if holds), "")


def _same_scope(one: str | None, other: str | None, vectors: dict[str, Vectors]) -> bool:
    if one is None or other is None or one == other:
        return one == other
    figures = [sorted((q.value, q.unit) for q in find_quantities(scope)) for scope in (one, other)]
    return figures[0] == figures[1] and float(vectors[one] @ vectors[other]) >= SAME_SCOPE


def _converted(value: float | None, unit: str, to: str) -> float | None:
    return value if value is None or unit == to else convert(value, unit, to)
