"""plancite quote, brief and absence: what they print, write and refuse."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import Run
from docx import Document

RULE = "what is the cement capacity rule?"


@pytest.fixture
def library(sample_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_folder, tmp_path / "library"))


def test_an_answers_quotes_go_into_a_brief_that_is_shown_found_and_exported(
    run: Run, library: Path, tmp_path: Path
) -> None:
    ran = run(
        "quote",
        RULE,
        "--plan",
        "sichuan",
        "--to",
        "Cement",
        "--note",
        "Strict.",
        "--tag",
        "cement",
        "--library",
        library,
    )
    assert ran.code == 0
    (item,) = run("brief", "Cement", "--json", "--library", library).objects
    assert set(item) == {"brief", "id", "text", "heading", "citation", "before", "after", "tags", "state"}
    assert (item["state"], item["text"], item["tags"]) == ("same", "Strict.", ["cement"])
    assert item["citation"]["quote"] == "New capacity for cement clinker and flat glass is strictly prohibited."
    assert run("brief", "--json", "--library", library).objects == [{"brief": "Cement", "items": 1}]
    assert len(run("brief", "--find", "STRICT clinker", "--json", "--library", library).objects) == 1
    assert run("brief", "--find", "lantern", "--json", "--library", library).objects == []
    files = [tmp_path / f"brief.{ending}" for ending in ("docx", "ris")]
    assert run("brief", "Cement", "--export", files[0], "--export", files[1], "--library", library).code == 0
    assert "“New capacity" in "\n".join(p.text for p in Document(str(files[0])).paragraphs)
    assert files[1].read_text("utf-8").startswith("TY  - RPRT")


def test_a_brief_is_deleted_after_a_yes(run: Run, library: Path) -> None:
    run("quote", RULE, "--library", library)
    assert run("brief", "Brief", "--delete", "--library", library).code == 2  # no terminal, no yes
    assert run("brief", "Brief", "--delete", "--yes", "--library", library).code == 0
    assert run("brief", "--json", "--library", library).objects == []


def test_what_nothing_answers_is_certified_and_not_quoted(run: Run, library: Path, tmp_path: Path) -> None:
    asked = "Which football club won the cup?"
    assert "plancite absence" in run("quote", asked, "--library", library).err
    file = tmp_path / "absence.docx"
    (certificate,) = run("absence", asked, "--json", "--export", file, "--library", library).objects
    assert set(certificate) == {
        "question", "plans", "section", "passages", "nearest", "confidence", "threshold", "model", "reader", "at", "sha256",
    }  # fmt: skip
    assert certificate["confidence"] < certificate["threshold"] and len(certificate["plans"]) == 3
    assert certificate["sha256"] in {cell.text for row in Document(str(file)).tables[0].rows for cell in row.cells}
    assert run("absence", RULE, "--library", library).code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("brief", "None"), "There is no brief “None”"),
        (("brief", "--delete"), "Name the brief"),
        (("brief", "None", "--export", "x.pdf"), "x.pdf"),
    ],
)
def test_refusals_say_what_to_do(run: Run, library: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments, "--library", library)
    assert ran.code == 2 and said in ran.err
