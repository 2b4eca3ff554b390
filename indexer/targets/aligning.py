"""Targets of several plans -> rows: one indicator and one year, values in one unit, and the gap.

Two plans name one indicator in two ways, in similar sentences; the encoder compares both. Within a plan another
name is another indicator ("wind power" and "wind and solar power"), so each plan has at most one series in a row.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from indexer.encoding import Cosines, Encoder, Scale, Vectors, scales_of
from indexer.language.quantities import find_quantities
from indexer.language.units import convert, dimension
from indexer.targets.clauses import without_label
from indexer.types import Target, TargetCell, TargetKind, TargetRow

# All are shares of the likeness that equal texts have.
#: Likeness of two names of one plan from which they are one indicator.
SAME_NAME = 0.95
#: Mean likeness of names and of sentences from which two plans' indicators are one. On two plans annotated by hand 0.75
#: to 0.78 join the same pairs (F1 0.93); 0.74 joins one foreign pair more, 0.8 misses two.
SAME_INDICATOR = 0.75
#: Likeness of two scopes that hold the same figures from which they are one.
SAME_SCOPE = 0.75


@dataclass(frozen=True, slots=True)
class _Texts:
    """The vectors of texts, and the scale of the model's cosines."""

    vectors: dict[str, Vectors]
    scale: Scale

    def likeness(self, one: str, other: str) -> float:
        return self.of_full(float(self.vectors[one] @ self.vectors[other]))

    def of_full(self, cosines: Cosines) -> Cosines:
        """``cosines`` as shares of what two equal texts have."""
        return self.scale(cosines) / self.scale(1.0)


def align_targets(targets: Sequence[Target], encoder: Encoder) -> list[TargetRow]:
    """Rows of ``targets``, indicators in the order of first mention, then by year; without thresholds."""
    chosen = [t for t in targets if t.kind is TargetKind.TARGET]
    if not chosen:
        return []
    texts = _Texts(_vectors(chosen, encoder), scales_of(encoder).texts)
    plans = {plan: i for i, plan in enumerate(dict.fromkeys(t.plan for t in targets))}
    rows: list[TargetRow] = []
    for number, series in enumerate(_joined(_series(chosen, texts), texts)):
        years = sorted({t.year for t in series}, key=lambda year: (year is None, year or 0))
        for year in years:
            of_year = sorted((t for t in series if t.year == year), key=lambda t: (plans[t.plan], t.start, t.span))
            rows.append(_row(number, series[0].indicator, year, of_year, texts))
    return rows


def with_vectors(
    targets: Sequence[Target], encoder: Encoder, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Target]:
    """``targets`` with the vectors that aligning needs, so that nothing is embedded when they are read.

    ``progress`` is called with the texts embedded, of how many; what it raises stops the work.
    """
    vectors = _vectors([t for t in targets if t.kind is TargetKind.TARGET], encoder, progress)
    return [
        replace(t, vectors=_pack([vectors[text] for text in _texts(t)])) if t.kind is TargetKind.TARGET else t
        for t in targets
    ]


def _texts(target: Target) -> list[str]:
    return [target.indicator, without_label(target.quote), *([target.scope] if target.scope else [])]


def _vectors(
    targets: Sequence[Target], encoder: Encoder, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, Vectors]:
    """The vectors of all texts of ``targets``, those that are not stored with them embedded."""
    found: dict[str, Vectors] = {}
    for target in targets:
        texts = _texts(target)
        if target.vectors and not all(text in found for text in texts):
            found |= zip(texts, _unpack(target.vectors, len(texts)), strict=True)
    new = list(dict.fromkeys(text for t in targets for text in _texts(t) if text not in found))
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(new))

    return found | dict(zip(new, encoder.embed(new, advance), strict=True))


def _pack(vectors: Sequence[Vectors]) -> str:
    """``vectors`` as text: float16, which moves a cosine by less than 0.001."""
    return b64encode(np.stack(vectors).astype(np.float16).tobytes()).decode("ascii")


def _unpack(packed: str, count: int) -> Vectors:
    return np.frombuffer(b64decode(packed), np.float16).astype(np.float32).reshape(count, -1)


def _series(targets: Sequence[Target], texts: _Texts) -> list[list[Target]]:
    """Targets of one plan under one name, of all years, in the order of first mention."""
    found: list[list[Target]] = []
    of_plan: dict[str, list[list[Target]]] = {}
    for target in targets:
        own = of_plan.setdefault(target.plan, [])
        for series in own:
            first = series[0]
            if (
                first.change is target.change
                and _one_dimension(_dimensions(series), _dimensions([target]))
                and texts.likeness(first.indicator, target.indicator) >= SAME_NAME
            ):
                series.append(target)
                break
        else:
            own.append([target])
            found.append(own[-1])
    return found


@dataclass(slots=True)
class _Group:
    """Series, by number, that are one indicator: at most one a plan, all of one dimension."""

    series: list[int]
    plans: set[str]
    dimensions: set[str]


def _joined(found: list[list[Target]], texts: _Texts) -> list[list[Target]]:
    """Series of several plans that are one indicator, the most alike first, one of each plan."""
    names = np.stack([texts.vectors[s[0].indicator] for s in found])
    sentences = np.stack([texts.vectors[without_label(s[0].quote)] for s in found])
    mean = ((names @ names.T + sentences @ sentences.T) / 2).astype(np.float32)
    alike = np.round(texts.of_full(mean), 6)
    groups = {n: _Group([n], {s[0].plan}, _dimensions(s)) for n, s in enumerate(found)}
    ones, others = np.nonzero(np.triu(alike >= SAME_INDICATOR, 1))
    for at in np.lexsort((others, ones, -alike[ones, others])):
        one, other = groups[int(ones[at])], groups[int(others[at])]
        if one.plans & other.plans or not _one_dimension(one.dimensions, other.dimensions):
            continue
        one.series += other.series
        one.plans |= other.plans
        one.dimensions |= other.dimensions
        for n in other.series:
            groups[n] = one
    lists = {min(group.series): sorted(group.series) for group in groups.values()}
    return [[t for n in lists[first] for t in found[n]] for first in sorted(lists)]


def _dimensions(series: Sequence[Target]) -> set[str]:
    """The dimensions of ``series``; unknown for figures that are cut off."""
    return {dimension(t.unit) for t in series if not t.cut_off}


def _one_dimension(one: set[str], other: set[str]) -> bool:
    """Whether both have the same dimension; an unknown one fits any."""
    return not one or not other or one == other


def _row(number: int, indicator: str, year: int | None, targets: Sequence[Target], texts: _Texts) -> TargetRow:
    known = [t for t in targets if t.value is not None]
    unit = Counter(t.unit for t in known).most_common(1)[0][0] if known else ""
    cells = tuple(TargetCell(t, _converted(t.value, t.unit, unit), _converted(t.high, t.unit, unit)) for t in targets)
    if len({t.plan for t in targets}) < 2:
        return TargetRow(number, indicator, year, unit, cells, None)
    note = _unlike(targets, texts)
    values = [cell.value for cell in cells if cell.value is not None]
    gap = None if note else max(values) - min(values)
    return TargetRow(number, indicator, year, unit, cells, gap, note)


def _unlike(targets: Sequence[Target], texts: _Texts) -> str:
    """Why the values of ``targets`` cannot be subtracted, or ""."""
    known = [t for t in targets if t.value is not None]
    plans = {t.plan for t in known}
    reasons = (
        ("a figure is cut off in its source", len(plans) < 2),
        ("the base years differ", len({t.base_year for t in known}) > 1),
        ("one figure is a change, another a level", len({t.change for t in known}) > 1),
        ("the scopes differ", not _same_scopes(dict.fromkeys(t.scope for t in known), texts)),
        ("a figure is a range", any(t.high is not None for t in known)),
        ("a plan gives several figures", len({(t.plan, t.value, t.unit) for t in known}) > len(plans)),
    )
    return next((f"Not subtracted: {reason}." for reason, holds in reasons if holds), "")


def _same_scopes(scopes: Collection[str | None], texts: _Texts) -> bool:
    """Whether all of ``scopes`` are the same: the same figures in similar words; None is no limit."""
    named = [scope for scope in scopes if scope is not None]
    if not named or None in scopes:
        return not named
    figures = {tuple(sorted((q.value, q.unit) for q in find_quantities(scope))) for scope in named}
    alike = all(texts.likeness(a, b) >= SAME_SCOPE for a, b in combinations(named, 2))
    return len(figures) == 1 and alike


def _converted(value: float | None, unit: str, to: str) -> float | None:
    return value if value is None or unit == to else convert(value, unit, to)
