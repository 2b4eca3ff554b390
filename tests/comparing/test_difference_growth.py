"""What differs between texts is found in time in proportion to them, whatever is in them."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from growing import GENERATORS, assert_proportional, counted

from indexer.comparing import differences, provisions
from indexer.comparing.differences import find_differences, mark_differences
from indexer.comparing.provisions import classes_of, say_difference
from indexer.language import units

TEXTS = {
    **GENERATORS,
    "units of one dimension": lambda size: "3 kW 40 MW 5 GW 7 kWh 1 t 10 kg " * (size // 32),
    "other units of each value": lambda size: counted("{0} MW or {0} kW, ", size),
    "other names": lambda size: "".join(
        f"of {chr(65 + i % 26)}{'abcdef'[i % 6] * (2 + i // 26)} " for i in range(size)
    )[:size],
}


@pytest.fixture(autouse=True)
def _warm() -> Iterator[None]:
    """What is imported late is imported before anything is timed."""
    compare_all("It will reach 3 MW by 2030.", "It will reach 3,000 kW by 2025.", "It will reach 4 GW.")
    gc.freeze()
    yield
    gc.unfreeze()


def compare_all(one: str, other: str, third: str) -> None:
    for kept in (differences._figures, differences._alike, provisions.read_provision, units.convert):
        kept.cache_clear()
    mark_differences(one, other)
    find_differences({"a": one, "b": other, "c": third})
    classes_of(one, other)
    say_difference({"a": one, "b": other, "c": third}, {})


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_compared_in_proportion(name: str) -> None:
    def run(size: int) -> None:
        text = TEXTS[name](size)[:size]
        compare_all(text, text[7:] + text[:7], text[5:])

    assert_proportional(run, (1_500, 3_000, 6_000))
