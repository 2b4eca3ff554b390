"""plancite compare, similar and distinct as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Run

from indexer.library import Library

SHARE = "What share of energy use should be non-fossil in 2025?"
PARK = "Where is the giant panda national park?"


@pytest.fixture
def both(sample_folder: Path) -> tuple[object, ...]:
    return "--plan", "liaoning", "--plan", "sichuan", "--library", sample_folder


def test_compare_as_json(run: Run, both: tuple[object, ...], sample_library: Library) -> None:
    ran = run("compare", PARK, *both, "--json")
    assert (ran.code, ran.err) == (0, "")
    (comparison,) = ran.objects
    assert set(comparison) == {"question", "cells", "differences", "said", "parts"}
    assert comparison["question"] == PARK
    liaoning, sichuan = comparison["cells"]
    assert (liaoning["plan"], liaoning["found"], liaoning["answer"], liaoning["citations"]) == (
        "liaoning",
        False,
        [],
        [],
    )
    assert liaoning["nearest"]["plan"] == "liaoning"
    assert liaoning["searched"] == next(i.passages for i in sample_library.plans() if i.id == "liaoning")
    assert (sichuan["found"], sichuan["nearest"]) == (True, None)
    text = sample_library.plan("sichuan").text
    for said in sichuan["answer"]:
        citation = sichuan["citations"][said["citation"] - 1]
        assert text[citation["start"] : citation["end"]] == citation["quote"] == said["text"]
        assert set(said) == {"text", "citation", "emphasis", "marks"}


def test_a_line_without_a_word_is_named_and_the_others_are_compared(
    run: Run, both: tuple[object, ...], tmp_path: Path
) -> None:
    ran = run(
        "compare", "--from", "-", *both, "--json", "--export", tmp_path / "out.md", stdin=f"{SHARE}\n???\n{PARK}\n"
    )
    assert [comparison["question"] for comparison in ran.objects] == [SHARE, PARK]
    assert ran.code == 1 and "Question 2, “???”, is left out." in ran.err
    assert PARK in (tmp_path / "out.md").read_text("utf-8").replace("\\", "")
    ran = run("compare", "???", *both)
    assert (ran.code, ran.err) == (2, "plancite: Type a question: there is no word in this one.\n")


def test_differences_and_marks_as_json(run: Run, both: tuple[object, ...]) -> None:
    (comparison,) = run("compare", SHARE, *both, "--json").objects
    (figures,) = [d for d in comparison["differences"] if d["aspect"] == "figure"]
    assert figures["values"]["liaoning"].startswith("13.7%")
    assert figures["values"]["sichuan"].startswith("41.5%")
    said = comparison["cells"][0]["answer"][0]
    marked = [said["text"][m["start"] : m["end"]] for m in said["marks"] if m["aspect"] == "figure"]
    assert "13.7%" in marked


def test_compare_as_text(run: Run, both: tuple[object, ...]) -> None:
    ran = run("compare", SHARE, *both)
    assert ran.code == 0
    assert "liaoning: Liaoning Province Carbon Peak" in ran.out
    assert "Figures: liaoning 13.7%" in ran.out
    missing = run("compare", PARK, *both)
    assert "Not found in this plan. 1" in missing.out
    assert "The nearest passage; it may not answer" in missing.out


def test_questions_from_a_file(run: Run, both: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_text(f"{SHARE}\n\n{PARK}\n")
    ran = run("compare", "--from", tmp_path / "questions.txt", *both, "--json")
    assert [c["question"] for c in ran.objects] == [SHARE, PARK]


@pytest.mark.parametrize(
    ("plans", "said"),
    [
        ([], "two plans or more"),
        (["--plan", "sichuan"], "two plans or more"),
        (
            ["--plan", "sichuan", "--plan", "mars"],
            "no plan 'mars' in this library. It holds: liaoning, national, sichuan",
        ),
    ],
)
def test_too_few_or_unknown_plans(run: Run, sample_folder: Path, plans: list[str], said: str) -> None:
    ran = run("compare", SHARE, *plans, "--library", sample_folder)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_similar(run: Run, sample_folder: Path, sample_library: Library) -> None:
    start = sample_library.plan("sichuan").text.index("green travel is to make up 70%")
    ran = run("similar", f"sichuan:{start}", "--in", "liaoning", "--json", "--library", sample_folder)
    assert ran.code == 0
    (found,) = ran.objects
    assert (found["plan"], found["start"], found["in"]) == ("sichuan", start, "liaoning")
    first = found["counterparts"][0]
    assert "green travel" in first["text"]
    assert first["mutual"] is True
    assert sample_library.plan("liaoning").text[first["start"] : first["end"]] == first["text"]
    assert not [m for m in first["marks"] if m["aspect"] == "figure" and "70%" in first["text"][m["start"] : m["end"]]]
    text = run("similar", f"sichuan:{start}", "--in", "liaoning", "--top-k", "1", "--library", sample_folder).out
    assert "green travel" in text
    assert "each is the other's nearest" in text


@pytest.mark.parametrize(
    ("place", "other", "said"),
    [
        ("sichuan", "liaoning", "give a plan and an offset"),
        ("sichuan:here", "liaoning", "give a plan and an offset"),
        ("sichuan:99999999", "liaoning", "it ends at"),
        ("sichuan:5", "sichuan", "another plan"),
        ("mars:5", "sichuan", "no plan 'mars'"),
        ("sichuan:5", "mars", "no plan 'mars'"),
    ],
)
def test_places_that_are_not_there(run: Run, sample_folder: Path, place: str, other: str, said: str) -> None:
    ran = run("similar", place, "--in", other, "--library", sample_folder)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_distinct(run: Run, sample_folder: Path, sample_library: Library) -> None:
    ran = run("distinct", "national", "sichuan", "--json", "--library", sample_folder)
    assert ran.code == 0
    (found,) = ran.objects
    assert {group["plan"] for group in found["only"]} == {"national", "sichuan"}
    for group in found["only"]:
        text = sample_library.plan(group["plan"]).text
        assert all(text[p["start"] : p["end"]] == p["text"] for p in group["passages"])
    own = " ".join(p["text"] for g in found["only"] if g["plan"] == "national" for p in g["passages"])
    assert "wave energy" in own
    assert all(len(each) == 2 for each in found["shared"])
    assert found["shared"]
    text = run("distinct", "national", "sichuan", "--library", sample_folder).out
    assert "Only in national" in text
    assert found["measure"].split(",")[0] in " ".join(text.split())
    refused = run("distinct", "national", "--library", sample_folder)
    assert (refused.code, refused.out) == (2, "")
