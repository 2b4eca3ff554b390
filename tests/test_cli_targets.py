"""plancite targets: as text, JSON, CSV and a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from commands import Run
from fakes import FakeEncoder

ANHUI = (
    "Anhui Plan\n\n1. Boats\n\nBy 2030, the share of clean boats (excluding canoes) will reach at least 9%.\n"
    "By 2025, tidal capacity will reach 1.\n2. Mills\n\n=mills: install 40 km of pipes by 2031.\n"
)
HENAN = "Henan Plan\n\n1. Boats\n\nBy 2030, the share of clean boats (excluding canoes) will reach 12%.\n"


@pytest.fixture
def at(tmp_path: Path, run: Run, fake: FakeEncoder) -> tuple[str, Path]:
    for name, text in (("anhui", ANHUI), ("henan", HENAN)):
        (tmp_path / f"{name}.txt").write_text(text)
    where = ("--library", tmp_path / "library")
    assert run("add", tmp_path / "anhui.txt", tmp_path / "henan.txt", *where, "--quiet").code == 0
    return where


def test_json_is_the_contract(run: Run, at: tuple[str, Path]) -> None:
    first, cut, pipes, other = run("targets", *at, "--json").objects
    assert first | {"quote": "", "section": [], "start": 0, "end": 0} == {
        "kind": "target", "plan": "anhui", "indicator": "share of clean boats", "comparator": ">=", "value": 9.0,
        "high": None, "unit": "percent", "figure": "9%", "quote": "", "section": [], "page": None, "start": 0, "end": 0,
        "figure_start": ANHUI.index("9%"), "figure_end": ANHUI.index("9%") + 2, "year": 2030, "base_year": None,
        "change": None, "scope": "excluding canoes", "binding": "should", "cut_off": False, "doubt": "",
    }  # fmt: skip
    assert ANHUI[first["start"] : first["end"]] == first["quote"]
    assert (cut["value"], cut["cut_off"], cut["year"]) == (None, True, 2025)
    assert (pipes["value"], pipes["unit"], pipes["section"]) == (40.0, "km", ["2. Mills"])
    assert (other["plan"], other["value"]) == ("henan", 12.0)


def test_plans_are_chosen(run: Run, at: tuple[str, Path]) -> None:
    assert [o["plan"] for o in run("targets", *at, "--plan", "henan", "--json").objects] == ["henan"]
    assert run("targets", *at, "--plan", "hubei").code == 2


def test_text_shows_quote_and_place_and_guesses_nothing(run: Run, at: tuple[str, Path]) -> None:
    out = run("targets", *at).out
    assert "2030: share of clean boats >= 9%, excluding canoes, should" in out
    assert '"By 2030, the share of clean boats (excluding canoes) will reach 12%."' in out
    assert "2025: tidal capacity = ?, should" in out
    assert "Figure cut off in the source" in out


def test_aligned_rows_have_the_gap(run: Run, at: tuple[str, Path]) -> None:
    rows = run("targets", *at, "--aligned", "--json").objects
    (row,) = [row for row in rows if len(row["cells"]) == 2]
    assert (row["year"], row["unit"], row["gap"], row["note"]) == (2030, "percent", 3.0, "")
    assert [cell["target"]["plan"] for cell in row["cells"]] == ["anhui", "henan"]
    assert "gap 3" in run("targets", *at, "--aligned").out


def test_csv_reads_back_and_holds_no_formula(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    assert run("targets", *at, "--csv", path).code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    assert [(r["Plan"], r["Value"], r["Year"]) for r in rows] == [
        ("anhui", "9.0", "2030"), ("anhui", "", "2025"), ("anhui", "40.0", "2031"), ("henan", "12.0", "2030"),
    ]  # fmt: skip
    assert rows[2]["Quote"].startswith("'=mills")
    assert run("targets", *at, "--csv", "-").out.startswith("Plan,Kind,Indicator")


def test_spreadsheet_holds_numbers_and_texts_but_no_formula(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "targets.xlsx"
    assert run("targets", *at, "--xlsx", path).code == 0
    head, *rows = openpyxl.load_workbook(path)["Targets"].iter_rows()
    cells = {str(cell.value): i for i, cell in enumerate(head)}
    assert [row[cells["Value"]].value for row in rows] == [9, None, 40, 12]
    quote = rows[2][cells["Quote"]]
    assert (quote.data_type, quote.value) == ("s", "=mills: install 40 km of pipes by 2031.")
    assert rows[0][cells["Comparator"]].data_type == "s"


def test_aligned_rows_as_tables_have_a_number_and_a_comparator_a_plan(
    run: Run, at: tuple[str, Path], tmp_path: Path
) -> None:
    text = run("targets", *at, "--aligned", "--csv", "-").out
    both = next(row for row in csv.DictReader(io.StringIO(text)) if row["Gap"])
    assert (both["Year"], both["Unit"], both["Gap"]) == ("2030", "percent", "3.0")
    assert [both["Anhui Plan"], both["Henan Plan"]] == ["9.0", "12.0"]
    assert both["Anhui Plan: comparator"].startswith("at least")
    assert both["Henan Plan: comparator"].startswith("exactly (")
    assert run("targets", *at, "--aligned", "--xlsx", tmp_path / "both.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "both.xlsx")
    assert book.sheetnames == ["Side by side", "Targets"]
    assert {9, 12} <= {cell.value for row in book["Side by side"].iter_rows() for cell in row}


@pytest.mark.parametrize("options", [["--json", "--csv", "x.csv"], ["--aligned", "--csv", "x.csv", "--xlsx", "x.xlsx"]])
def test_one_form_at_a_time(run: Run, at: tuple[str, Path], options: list[str]) -> None:
    assert run("targets", *at, *options).code == 2


def test_a_file_that_cannot_be_written_is_one_line(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    ran = run("targets", *at, "--csv", tmp_path / "no" / "targets.csv")
    assert ran.code == 2
    assert "cannot be written" in ran.err
