"""What people expect of a search box, on a small corpus: each check names what the first passage has to hold.

The kinds are those of Climate Policy Radar's own search tests: acronym, plural, synonym, exact phrase, figure, misspelling,
either word, a word left out, and that a contents page never comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.encoding import Encoder
from indexer.library import Library
from indexer.types import GlossaryEntry

PLANS = {
    "harbour": """# Harbour Region Climate Action Plan

## Contents

1. Energy supply ................ 2
2. Buildings and heat ........... 4
3. Transport .................... 7
4. Finance ...................... 9

## 1. Energy supply

The nationally determined contribution (NDC) of the country is the frame of this plan. The region reports on it each spring.

Solar roofs are required on every new school. Their yield is published by the energy office.

A renewable portfolio standard (RPS) obliges suppliers to buy a fifth of their power from wind and sun.

The last coal boilers in the port are shut by 2027. Gas boilers follow ten years later.

Green hydrogen is made at the eastern quay. It feeds the steel mill and the fertilizer works.

## 2. Buildings and heat

Heat pumps replace oil burners in public housing. The city lends the tenants nothing and pays all.

A building passport is kept for each house. It lists walls, windows and the age of the boiler.

District heating networks reach the old town by 2032. Waste heat from data centres is fed into them.

## 3. Transport

Electric vehicles (EVs) make up a third of the municipal fleet. Charging stations stand at each depot.

A low-emission zone covers the inner city. Lorries that fail its standard pay a daily charge of $100.

Cycle lanes are widened on nine arterial roads. Bicycles may be taken on all ferries.

## 4. Finance

Each household that insulates its roof receives $1000 from the climate fund. The fund is refilled from parking fees.

The monitoring, reporting and verification (MRV) of all measures is done by the audit office.
""",
    "valley": """# Valley Province Industry Transition Plan

## Table of contents

1. Cement and steel ............. 1
2. Carbon management ............ 3
3. Agriculture and forests ...... 5
4. Water and flood protection ... 8

## 1. Cement and steel

New cement kilns are approved under capacity replacement only: one and a half tons are closed for each ton built.

Replacement of capacity does not apply to glass works. They report their output each quarter.

Electric arc furnaces make half of the steel by 2030. Scrap is collected in every county.

A carbon border adjustment mechanism (CBAM) is watched by the trade bureau. Exporters are trained for it.

## 2. Carbon management

Carbon capture, utilization and storage (CCUS) is tried at two refineries. The caverns lie under the salt dome.

The emissions trading system (ETS) covers all plants above ten thousand tons a year. Allowances are auctioned.

Methane leaks are measured by aircraft twice a year. Operators mend a leak within thirty days.

## 3. Agriculture and forests

Reforestation of the upper slopes adds nine thousand hectares. Spruce is mixed with beech and oak.

Deforestation for quarries is forbidden. Exceptions are published by the forest bureau.

Farmers who cover their slurry tanks receive a subsidy. Biogas plants take the slurry of small farms.

## 4. Water and flood protection

Levees along the lower river are raised by a metre. Polders hold back the water of a hundred-year flood.

Greenhouse gas inventories are compiled by the statistics bureau. They are open to everyone.

Green roofs keep rain out of the sewers. Parks are laid out as sponges.
""",
}
GLOSSARY = (
    GlossaryEntry("data centre", ("server farm", "computing hall")),
    GlossaryEntry("heat pump", ("thermal pump unit",)),
    GlossaryEntry("levee", ("dyke", "embankment wall")),
    GlossaryEntry("lorry", ("truck", "heavy goods vehicle"), ("truck farm",)),
    GlossaryEntry("slurry", ("liquid manure",)),
    GlossaryEntry("GHG", ("greenhouse gas",)),
    GlossaryEntry("hydrogen", ("H2",)),
)
CHECKS = [
    # acronym, short for long and long for short
    ("acronym", "What is the NDC?", "nationally determined contribution"),
    ("acronym", "nationally determined contribution", "(NDC)"),
    ("acronym", "Who does MRV?", "verification (MRV)"),
    ("acronym", "renewable portfolio standard", "(RPS)"),
    ("acronym", "RPS", "A renewable portfolio standard"),
    ("acronym", "Where is CCUS tried?", "two refineries"),
    ("acronym", "Which plants are in the ETS?", "ten thousand tons"),
    ("acronym", "CBAM", "border adjustment"),
    ("acronym", "EV share of the fleet", "Electric vehicles"),
    ("acronym", "GHG inventories", "Greenhouse gas inventories"),
    # plural
    ("plural", "heat pump", "Heat pumps"),
    ("plural", "solar roof on a school", "Solar roofs"),
    ("plural", "cycle lane", "Cycle lanes"),
    ("plural", "building passports", "A building passport"),
    ("plural", "levee", "Levees"),
    ("plural", "arc furnace", "Electric arc furnaces"),
    ("plural", "low-emission zones", "A low-emission zone"),
    ("plural", "methane leak", "Methane leaks"),
    # synonym by glossary
    ("synonym", "server farms", "data centres"),
    ("synonym", "Where does the heat of computing halls go?", "data centres"),
    ("synonym", "thermal pump units", "Heat pumps"),
    ("synonym", "dykes", "Levees"),
    ("synonym", "embankment wall height", "Levees"),
    ("synonym", "What do heavy goods vehicles pay?", "Lorries"),
    ("synonym", "liquid manure", "slurry"),
    ("synonym", "Where is H2 made?", "hydrogen"),
    # exact phrase
    ("phrase", '"capacity replacement"', "under capacity replacement"),
    ("phrase", '"replacement of capacity"', "glass works"),
    ("phrase", 'What falls under "capacity replacement"?', "kilns"),
    ("phrase", "“green roofs”", "sewers"),
    ("phrase", '"green hydrogen"', "eastern quay"),
    ("phrase", 'boiler "age of the boiler"', "passport"),
    ("phrase", '"GREENHOUSE GAS"', "inventories"),
    ("phrase", '"waste heat" networks', "District heating"),
    # $100 not $1000
    ("figure", '"$100"', "daily charge of $100"),
    ("figure", "What costs $100?", "daily charge of $100"),
    ("figure", '"$1000"', "receives $1000"),
    ("figure", "fund $100 -$1000", "daily charge of $100"),
    # misspelling
    ("misspelling", "mehtane leaks", "Methane leaks"),
    ("misspelling", "charging statoins", "Charging stations"),
    ("misspelling", "refinerys with carbon storage", "two refineries"),
    ("misspelling", "hydrogn at the quay", "Green hydrogen"),
    ("misspelling", "distrct heating netwroks", "District heating"),
    ("misspelling", "furnaecs for steel", "Electric arc furnaces"),
    ("misspelling", "reforestration of slopes", "Reforestation"),
    ("misspelling", "slury tanks", "slurry tanks"),
    ("misspelling", "alowances auctoined", "Allowances are auctioned"),
    ("misspelling", "bycicles on ferries", "Bicycles"),
    # either word
    ("either", "coal OR methane", ("coal", "Methane")),
    ("either", '"heat pumps" OR levees', ("Heat pumps", "Levees")),
    ("either", "lorries OR bicycles, what is allowed?", ("Lorries", "Bicycles")),
    ("either", "spruce OR scrap", ("Spruce", "Scrap")),
    ("either", "polders OR sponges", ("Polders", "sponges")),
    # a word left out
    ("minus", "boilers -coal", "boiler"),
    ("minus", "roofs -solar", "roof"),
    ("minus", 'green -"green hydrogen"', "Green roofs"),
    ("minus", "forestation -deforestation", "Reforestation"),
    ("minus", "charging -lorries", "Charging stations"),
    # contents pages never first
    ("contents", "energy supply", ""),
    ("contents", "buildings and heat", ""),
    ("contents", "table of contents", ""),
    ("contents", "water and flood protection", ""),
    ("contents", "carbon management", ""),
]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("intentions")
    for name, text in PLANS.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    with Library.open(folder / "library", create=True, encoder=encoder) as library:
        library.add(sorted(folder.glob("*.md")))
        library.set_glossary(GLOSSARY)
        yield library


@pytest.mark.parametrize(("kind", "asked", "first"), CHECKS, ids=[f"{kind}: {asked}" for kind, asked, _ in CHECKS])
def test_the_first_passage_is_what_is_meant(held: Library, kind: str, asked: str, first: str | tuple[str, ...]) -> None:
    hits = held.search(asked, 5)
    assert hits
    options = (first,) if isinstance(first, str) else first
    assert any(option in hits[0].text for option in options)
    for hit in hits:
        if kind == "either":
            assert any(option.lower() in hit.text.lower() for option in options)
        elif kind == "minus":
            assert asked.rpartition("-")[2].strip('"') not in hit.text.lower()
        elif kind == "phrase":
            assert asked.replace("“", '"').replace("”", '"').split('"')[1].lower() in " ".join(hit.text.lower().split())
    assert "....." not in hits[0].text


def test_there_are_sixty_checks() -> None:
    assert len(CHECKS) >= 60


def test_what_was_changed_is_said_and_can_be_undone(held: Library) -> None:
    from indexer.asking.syntax import as_typed

    answer = held.ask("furnaecs of server farms")
    assert answer.searched_for
    assert answer.searched_for.corrected == (("furnaecs", "furnaces"),)
    assert [(each.typed, each.searched) for each in answer.searched_for.also] == [
        ("server farms", ("data centre", "computing hall"))
    ]
    for typed in ("furnaecs", "server farms"):
        answer = held.ask(as_typed(answer.question, typed))
    assert answer.question == "=furnaecs of =server farms"
    assert answer.searched_for is None


@pytest.mark.parametrize(
    "asked",
    [
        '"methan leaks"',  # quoted
        "methane of Californa 2031",  # a name, a figure
        "wages and pensions",  # words of the language that the library has not
        "what is a truck farm?",  # what the glossary says is another thing
        "it is the cap that counts",  # no acronym
    ],
)
def test_what_is_searched_as_typed(held: Library, asked: str) -> None:
    how = held.ask(asked).searched_for
    assert how is None or not (how.corrected or how.also)


def test_suggestions_begin_with_what_is_typed(held: Library) -> None:
    assert held.suggest("data c") == ["data centre"]
    assert held.suggest("flood")[0].endswith("Water and flood protection")
    assert "nationally determined contribution" in held.suggest("national")
    assert held.suggest("zzz") == held.suggest("  ") == []
