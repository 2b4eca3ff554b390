"""Acronyms with their long forms, after Schwartz and Hearst."""

from __future__ import annotations

import pytest

from indexer.language.acronyms import find_acronyms, is_acronym, long_form


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("the nationally determined contribution (NDC) of", [("NDC", "nationally determined contribution")]),
        ("the Carbon Peaking Action Plan (hereafter “CPAP”).", [("CPAP", "Carbon Peaking Action Plan")]),
        (
            "Carbon capture, utilization and storage (CCUS) of plants",
            [("CCUS", "Carbon capture, utilization and storage")],
        ),
        ("an EMS (energy management system) is set", [("EMS", "energy management system")]),
        ("electric vehicles (EVs; also hybrids) grow", [("EVs", "electric vehicles")]),
        ("a share (of GDP) and (AB), see (Figure 2) or (2030)", []),
        ("the Ministry (ABC) decides", []),
    ],
)
def test_definitions_are_found(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(find_acronyms(text)) == pairs


def test_the_shortest_long_form_is_taken() -> None:
    assert long_form("HSF", "the heat and heat shock factor") == "heat shock factor"
    assert long_form("AB", "ab") == ""


@pytest.mark.parametrize(
    ("text", "short"), [("NDC", True), ("CO2", True), ("a", False), ("Plan", False), ("2030", False)]
)
def test_what_may_be_an_acronym(text: str, short: bool) -> None:
    assert is_acronym(text) is short
