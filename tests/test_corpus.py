"""The sample plans: complete restatements, labelled as such, in our own words."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from indexer.language.chinese import is_chinese
from indexer.language.quantities import find_quantities, same_value
from indexer.reading.loading import load_plan

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
#: The longest run of words in common: a law's name or a phrase full of figures may have ten.
LONGEST_RUN = 10


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    listed = words(text)
    return {tuple(listed[i : i + length]) for i in range(len(listed) - length + 1)}


@pytest.mark.parametrize(
    ("name", "least_words", "parts"), [("sichuan.md", 2500, 5), ("liaoning.pdf", 2500, 5), ("national.txt", 400, 5)]
)
def test_a_sample_is_whole_and_says_what_it_is(name: str, least_words: int, parts: int) -> None:
    plan = load_plan(CORPUS / name)
    assert len(plan.text.split()) >= least_words
    assert "restate" in plan.text[:600].lower()
    assert [s.number for s in plan.sections if s.level == 1] == [f"{n}." for n in range(1, parts + 1)]


def test_the_pdf_is_what_its_script_makes(tmp_path: Path) -> None:
    committed = (CORPUS / "liaoning.pdf").read_bytes()
    try:
        subprocess.run([sys.executable, ROOT / "scripts/sample_pdf/make.py"], check=True)
        made = (CORPUS / "liaoning.pdf").read_bytes()
    finally:
        (CORPUS / "liaoning.pdf").write_bytes(committed)
    assert made == committed


def test_the_pdf_has_pages_and_no_running_lines_in_its_text() -> None:
    plan = load_plan(CORPUS / "liaoning.pdf")
    assert len(plan.pages) > 3
    assert all(a.end == b.start for a, b in pairwise(plan.pages))
    assert not re.search(r"Page \d+", plan.text)


@pytest.mark.real
@pytest.mark.parametrize("name", ["sichuan.md", "liaoning.pdf"])
def test_no_sentence_of_the_source_is_copied(name: str, data: Path) -> None:
    source = (data / "plans" / f"{Path(name).stem}.txt").read_text("utf-8")
    assert not runs(load_plan(CORPUS / name).text, LONGEST_RUN + 1) & runs(source, LONGEST_RUN + 1)


@pytest.mark.real
@pytest.mark.parametrize("name", ["sichuan", "liaoning"])
def test_every_figure_of_the_source_is_there(name: str, data: Path) -> None:
    source = load_plan(data / "plans" / f"{name}.txt")
    start = source.asides[0][1]
    end = source.asides[1][0] if len(source.asides) > 1 else len(source.text)
    body = source.text[start:end]
    sample = load_plan(next(CORPUS.glob(f"{name}.*"))).text
    # list numbers and stumps of figures that the source cuts off are no figures
    figures = set(re.findall(r"(?<![\w(.])\d+(?:[.,]\d+)*%?(?=\s+[a-z%°]|%)", body)) - {"1.3", "9", "2.3"}
    missing = {f for f in figures if f not in sample and len(f.strip("%")) > 1}
    assert not missing


def test_the_chinese_sample_gives_the_figures_of_the_english_one() -> None:
    chinese, english = load_plan(CORPUS / "chinese/sichuan-zh.txt"), load_plan(CORPUS / "sichuan.md")
    assert "转述" in chinese.title
    assert chinese.metadata.language == "zh"
    assert [s.number for s in chinese.sections if s.level == 1] == ["一、", "二、", "三、", "四、"]
    known = find_quantities(english.text)
    figures = [q for q in find_quantities(chinese.text) if q.unit]
    assert len(figures) == 25
    assert [str(q) for q in figures if not any(same_value(q, other) for other in known)] == []


def test_the_questions_on_the_chinese_sample_stand_on_its_words() -> None:
    text = load_plan(CORPUS / "chinese/sichuan-zh.txt").text
    file = ROOT / "benchmarks/questions/chinese/sichuan-zh.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    facts = [row for row in rows if row["kind"] == "fact"]
    assert (len(facts), len(rows)) == (60, 90)
    assert sum(is_chinese(row["question"]) for row in facts) == 30
    for row in facts:
        assert all(evidence in text for evidence in row["evidence"])
        assert all(answer in " ".join(row["evidence"]) for answer in row["answer"])
