"""Targets of several plans -> rows: one indicator and one year, values in one unit, and the gap.

Two plans name one indicator in two ways, in similar passages; the encoder compares both. Within a plan another
name is another indicator ("wind power" and "wind and solar power"), so each plan has at most one series in a row.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from indexer.encoding import Cosines, Encoder, Scale, Vectors, scales_of
from indexer.language.quantities import find_quantities
from indexer.language.units import convert, dimension
from indexer.targets.clauses import without_label
from indexer.types import Passage, Target, TargetCell, TargetKind, TargetRow

# All are shares of the likeness that equal texts have.
#: Likeness of two names of one plan from which they are one indicator.
SAME_NAME = 0.95
#: Mean likeness of names and of passages from which two plans' indicators are one. On two plans annotated by hand 0.78
#: to 0.84 join the same pairs (F1 0.89); 0.75 joins foreign ones, 0.86 misses some.
SAME_INDICATOR = 0.78
#: Likeness of two scopes that hold the same figures from which they are one.
SAME_SCOPE = 0.75


@dataclass(frozen=True, slots=True)
class _Vectors:
    """The vectors of targets, and the scale of the model's cosines."""

    #: Rows of each target: of its indicator's name, of its passage, and of its scope if it has one.
    of: dict[Target, Vectors]
    scale: Scale

    def likeness(self, one: Vectors, other: Vectors) -> float:
        return self.of_full(float(one @ other))

    def of_full(self, cosines: Cosines) -> Cosines:
        """``cosines`` as shares of what two equal texts have."""
        return self.scale(cosines) / self.scale(1.0)


def align_targets(targets: Sequence[Target], encoder: Encoder) -> list[TargetRow]:
    """Rows of ``targets``, indicators in the order of first mention, then by year; without thresholds.

    Of a target without stored vectors its sentence is embedded in place of its passage.
    """
    chosen = [t for t in targets if t.kind is TargetKind.TARGET]
    if not chosen:
        return []
    vectors = _Vectors(_stored_or_embedded(chosen, encoder), scales_of(encoder).texts)
    plans = {plan: i for i, plan in enumerate(dict.fromkeys(t.plan for t in targets))}
    rows: list[TargetRow] = []
    for number, series in enumerate(_joined(_series(chosen, vectors), vectors)):
        years = sorted({t.year for t in series}, key=lambda year: (year is None, year or 0))
        for year in years:
            of_year = sorted((t for t in series if t.year == year), key=lambda t: (plans[t.plan], t.start, t.span))
            rows.append(_row(number, series[0].indicator, year, of_year, vectors))
    return rows


def with_vectors(
    targets: Sequence[Target],
    passages: Sequence[Passage],
    of_passages: Vectors,
    encoder: Encoder,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Target]:
    """``targets`` of one plan with the vectors that aligning needs, so that nothing is embedded when they are read.

    ``of_passages`` (n, dim) are the vectors of the plan's ``passages``, which are in order: they say what a target's
    sentence is about, and only names and scopes are embedded, of targets without vectors. ``progress`` is called with
    the texts embedded, of how many; what it raises stops the work.
    """
    chosen = [t for t in targets if t.kind is TargetKind.TARGET and not t.vectors]
    texts = _embedded((text for t in chosen for text in (t.indicator, t.scope) if text), encoder, progress)
    starts = [p.start for p in passages]
    found: dict[Target, str] = {}
    for target in chosen:
        own = of_passages[max(0, bisect_right(starts, target.start) - 1)]
        found[target] = _pack([texts[target.indicator], own, *([texts[target.scope]] if target.scope else [])])
    return [replace(t, vectors=found[t]) if t in found else t for t in targets]


def _stored_or_embedded(targets: Sequence[Target], encoder: Encoder) -> dict[Target, Vectors]:
    found = {t: _unpack(t.vectors, len(_texts(t))) for t in targets if t.vectors}
    new = [t for t in targets if t not in found]
    texts = _embedded((text for t in new for text in _texts(t)), encoder)
    return found | {t: np.stack([texts[text] for text in _texts(t)]) for t in new}


def _texts(target: Target) -> list[str]:
    return [target.indicator, without_label(target.quote), *([target.scope] if target.scope else [])]


def _embedded(
    texts: Iterable[str], encoder: Encoder, progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, Vectors]:
    """The vector of each of ``texts``, embedded once."""
    new = list(dict.fromkeys(texts))
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(new))

    return dict(zip(new, encoder.embed(new, advance), strict=True))


def _pack(vectors: Sequence[Vectors]) -> str:
    """``vectors`` as text: float16, which moves a cosine by less than 0.001."""
    return b64encode(np.stack(vectors).astype(np.float16).tobytes()).decode("ascii")


def _unpack(packed: str, count: int) -> Vectors:
    return np.frombuffer(b64decode(packed), np.float16).astype(np.float32).reshape(count, -1)


def _series(targets: Sequence[Target], vectors: _Vectors) -> list[list[Target]]:
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
                and vectors.likeness(vectors.of[first][0], vectors.of[target][0]) >= SAME_NAME
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


def _joined(found: list[list[Target]], vectors: _Vectors) -> list[list[Target]]:
    """Series of several plans that are one indicator, the most alike first, one of each plan."""
    names, passages = np.stack([vectors.of[s[0]][:2] for s in found], axis=1)
    mean = ((names @ names.T + passages @ passages.T) / 2).astype(np.float32)
    alike = np.round(vectors.of_full(mean), 6)
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


def _row(number: int, indicator: str, year: int | None, targets: Sequence[Target], vectors: _Vectors) -> TargetRow:
    known = [t for t in targets if t.value is not None]
    unit = Counter(t.unit for t in known).most_common(1)[0][0] if known else ""
    cells = tuple(TargetCell(t, _converted(t.value, t.unit, unit), _converted(t.high, t.unit, unit)) for t in targets)
    if len({t.plan for t in targets}) < 2:
        return TargetRow(number, indicator, year, unit, cells, None)
    note = _unlike(targets, vectors)
    values = [cell.value for cell in cells if cell.value is not None]
    gap = None if note else max(values) - min(values)
    return TargetRow(number, indicator, year, unit, cells, gap, note)


def _unlike(targets: Sequence[Target], vectors: _Vectors) -> str:
    """Why the values of ``targets`` cannot be subtracted, or ""."""
    known = [t for t in targets if t.value is not None]
    plans = {t.plan for t in known}
    reasons = (
        ("a figure is cut off in its source", len(plans) < 2),
        ("the base years differ", len({t.base_year for t in known}) > 1),
        ("one figure is a change, another a level", len({t.change for t in known}) > 1),
        ("the scopes differ", not _same_scopes(known, vectors)),
        ("a figure is a range", any(t.high is not None for t in known)),
        ("a plan gives several figures", len({(t.plan, t.value, t.unit) for t in known}) > len(plans)),
    )
    return next((f"Not subtracted: {reason}." for reason, holds in reasons if holds), "")


def _same_scopes(targets: Sequence[Target], vectors: _Vectors) -> bool:
    """Whether all of ``targets`` have the same scope: the same figures in similar words, or none."""
    named = {t.scope: vectors.of[t][2] for t in targets if t.scope}
    if not named or not all(t.scope for t in targets):
        return not named
    figures = {tuple(sorted((q.value, q.unit) for q in find_quantities(scope))) for scope in named}
    return len(figures) == 1 and all(vectors.likeness(a, b) >= SAME_SCOPE for a, b in combinations(named.values(), 2))


def _converted(value: float | None, unit: str, to: str) -> float | None:
    return value if value is None or unit == to else convert(value, unit, to)
