"""The sector of a target, told by its words."""

from __future__ import annotations

import pytest
from fakes import make_plan

from indexer.targets.extracting import find_targets
from indexer.targets.sectors import sector_of
from indexer.types import Sector


@pytest.mark.parametrize(
    ("sentence", "sector"),
    [
        ("By 2030, energy use per unit of GDP will fall by 14%.", Sector.ECONOMY),
        ("By 2030, the installed capacity of wind power will reach 10 GW.", Sector.ENERGY),
        ("By 2030, electric furnaces will make 40% of all steel.", Sector.INDUSTRY),
        ("By 2030, the share of green buildings in new offices will reach 70%.", Sector.BUILDINGS),
        ("By 2030, new energy vehicles will make up 40% of all vehicles.", Sector.TRANSPORT),
        ("By 2030, the forest coverage rate will reach 41%.", Sector.LAND),
        ("By 2030, the recycling rate of household waste will reach 65%.", Sector.WASTE),
        ("By 2030, the number of choirs will reach 300.", Sector.OTHER),
        ("到2030年，非化石能源消费比重达到25%左右。", Sector.ENERGY),
    ],
)
def test_a_sentence_alone(sentence: str, sector: Sector) -> None:
    (target,) = find_targets(make_plan("anhui", [sentence]))
    assert sector_of(target) is sector


def test_the_heading_tells_where_the_words_are_plain() -> None:
    text = "1. Waste\nBy 2030, the share will reach 65%.\n2. Freight\nBy 2030, the share will reach 66%.\n"
    assert [sector_of(t) for t in find_targets(make_plan("anhui", [text]))] == [Sector.WASTE, Sector.TRANSPORT]
