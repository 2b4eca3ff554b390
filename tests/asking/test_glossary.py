"""The glossary as a file: what is read, what is refused with a remedy, and that it comes back as it was written."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from commands import Run
from fakes import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

from indexer.asking.expansion import Thesaurus
from indexer.asking.glossary import format_glossary, join_entries, parse_glossary
from indexer.errors import SourceError
from indexer.exporting.tables import glossary_csv
from indexer.types import Expansion, GlossaryEntry

NAMES = st.text(st.characters(categories=["L", "N"], include_characters=" -,'\""), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split()).removeprefix("'")  # before a sign, an apostrophe is an export's
)
ENTRIES = st.lists(
    st.builds(
        GlossaryEntry,
        NAMES.filter(bool),
        st.lists(NAMES.filter(bool), max_size=3).map(tuple),
        st.lists(NAMES.filter(bool), max_size=2).map(tuple),
    ),
    max_size=4,
)


@given(ENTRIES)
def test_what_is_written_is_read(entries: list[GlossaryEntry]) -> None:
    joined = join_entries(entries)
    assert parse_glossary(format_glossary(joined)) == join_entries(joined)
    assert parse_glossary(glossary_csv(joined).decode("utf-8-sig")) == join_entries(joined)


def test_an_export_holds_no_formula_and_is_read_as_it_was() -> None:
    entries = [GlossaryEntry("=cmd '/C calc'!A0", ("@SUM(A1)", "+1"), ("-x",))]
    (cells,) = csv.reader(glossary_csv(entries).decode("utf-8-sig").splitlines()[1:])
    assert cells == ["'=cmd '/C calc'!A0", "'@SUM(A1); +1", "'-x"]
    assert parse_glossary(glossary_csv(entries).decode("utf-8-sig")) == entries


@pytest.mark.parametrize(
    "text",
    [
        "preferred,other,not\ndata centre,server farm; computing hall,data center stage\n",
        "Preferred;Other;Not\ndata centre;server farm|computing hall;data center stage\n",
        "preferred,other,not\ndata centre,server farm,\ndata centre,computing hall,data center stage\n\n",
    ],
)
def test_the_ways_to_write_one_entry(text: str) -> None:
    assert parse_glossary(text) == [
        GlossaryEntry("data centre", ("server farm", "computing hall"), ("data center stage",))
    ]


def test_another_table_is_refused_with_a_remedy() -> None:
    with pytest.raises(SourceError, match="preferred,other,not"):
        parse_glossary("name,meaning\na,b\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what of server farms?", [Expansion("server farms", ("data centre",))]),
        ("a Data Centre, please", [Expansion("Data Centre", ("server farm",))]),
        ("a data centre and a server farm", []),  # both are there
        ("the data centre stage", []),
        ("NDCs of the country", [Expansion("NDCs", ("nationally determined contribution",))]),
        ("nationally determined contributions", [Expansion("nationally determined contributions", ("NDC",))]),
        ("what is it?", []),
        ("what is IT?", [Expansion("IT", ("information technology",))]),
    ],
)
def test_names_are_found_in_every_form(text: str, found: list[Expansion]) -> None:
    thesaurus = Thesaurus(
        [GlossaryEntry("data centre", ("server farm",), ("data centre stage",))],
        {"NDC": ("nationally determined contribution",), "IT": ("information technology",)},
    )
    assert list(thesaurus.find(text)) == found
    assert not list(thesaurus.find(text, text.lower().replace(",", "").replace("?", "").split()))


def test_the_command_lists_changes_and_copies(run: Run, fake: FakeEncoder, tmp_path: Path) -> None:
    place = ("--library", tmp_path / "library")
    (tmp_path / "plan.txt").write_text("Levees of the valley are raised.\n")
    run("add", tmp_path / "plan.txt", *place)
    run("glossary", "--set", "levee", "--other", "dyke", "--other", "dike", "--not", "levee en masse", *place)
    assert run("glossary", "--json", *place).objects == [
        {"preferred": "levee", "other": ["dyke", "dike"], "not": ["levee en masse"]}
    ]
    run("glossary", "--export", tmp_path / "out.csv", *place)
    run("glossary", "--remove", "Levee", *place)
    assert run("glossary", *place).out == ""
    assert run("glossary", "--remove", "levee", *place).code == 2
    run("glossary", "--import", tmp_path / "out.csv", *place)
    assert run("glossary", *place).out == "levee: dyke; dike (not levee en masse)\n"
    assert run("suggest", "dy", *place).out == "dyke\n"
