"""The invariants of passages, as properties and on the sample and real plans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.reading.boilerplate import find_asides
from indexer.reading.loading import load_plan
from indexer.reading.outline import build_sections
from indexer.reading.passages import LONGEST, chunk_plan, indexed_text
from indexer.types import Page, Plan, Role

ROOT = Path(__file__).parents[2]
SAMPLES = ["corpus/liaoning.pdf", "corpus/national.txt", "corpus/sichuan.md"]

_lines = st.sampled_from(
    [
        "1. Part",
        "(1) Section",
        "2. Part",
        "1. Item one, of many. It is so.",
        "Words stand here. And here!",
        "",
        "word " * 400,
        "到2025年。",
        "2023-05-12",
    ]
)
texts = st.one_of(st.text(min_size=1, max_size=400), st.lists(_lines, min_size=1, max_size=25).map("\n".join))


def make_plan(text: str) -> Plan:
    sections = build_sections(text)
    return Plan("p", "Title", text, "p.txt", "0" * 64, sections=sections, asides=find_asides(text, sections))


def check_invariants(plan: Plan) -> None:
    passages = chunk_plan(plan)
    covered = bytearray(len(plan.text))
    previous = 0
    for passage in passages:
        assert plan.text[passage.start : passage.end] == passage.text
        assert passage.text.strip() == passage.text
        assert passage.start >= previous
        previous = passage.end
        covered[passage.start : passage.end] = b"1" * len(passage.text)
        assert passage.title in indexed_text(passage)
    assert all(mark or char.isspace() for mark, char in zip(covered, plan.text, strict=True))


@given(texts)
def test_passages_are_slices_in_order_and_cover_the_text(text: str) -> None:
    check_invariants(make_plan(text))


@given(texts)
def test_the_same_text_gives_the_same_passages(text: str) -> None:
    assert chunk_plan(make_plan(text)) == chunk_plan(make_plan(text))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_invariants_hold_on_the_sample_plans(name: str) -> None:
    check_invariants(load_plan(ROOT / name))


def test_no_passage_crosses_a_section() -> None:
    plan = load_plan(ROOT / "corpus/sichuan.md")
    starts = [s.start for s in plan.sections]
    for passage in chunk_plan(plan):
        inside = [s for s in starts if passage.start < s < passage.end]
        # only bare headings may stand above the section that the passage is of
        assert all(not plan.text[s : passage.end].startswith("#") or "\n" in passage.text for s in inside)
        assert len({plan.sections[starts.index(s)].level for s in inside}) == len(inside)


def test_a_heading_alone_rides_with_what_follows() -> None:
    plan = make_plan(
        "1. Part one\n(1) Coal. Coal falls to nothing here. It does.\n2. Part two\n(1) Wind. Wind grows all over here. It does.\n"
    )
    first = chunk_plan(plan)[0]
    assert first.text.startswith("1. Part one")
    assert first.section == ("1. Part one", "(1) Coal")


def test_lines_without_a_stop_are_not_one_passage() -> None:
    lines = [f"District {i} 12.7 13.0 140 15,107 1.7" for i in range(200)]
    passages = chunk_plan(make_plan("\n".join(lines)))
    assert max(len(p.text) for p in passages) <= LONGEST
    assert [line for p in passages for line in p.text.splitlines()] == lines


def test_a_sentence_longer_than_the_model_reads_is_split() -> None:
    plan = make_plan("This is a list of things, " + "wind and solar power, " * 120 + "and no more.")
    assert len(chunk_plan(plan)) > 1
    assert all(len(p.text) <= LONGEST for p in chunk_plan(plan))


def test_a_passage_over_a_page_break_is_cited_where_it_begins() -> None:
    text = "Coal falls on this page. Wind grows on the next."
    cut = text.index("Wind") - 1
    plan = replace(make_plan(text), pages=(Page(1, 0, cut), Page(2, cut, len(text))))
    assert chunk_plan(plan)[0].page == 1


def test_a_summary_that_the_plan_repeats_and_furniture_are_told_from_the_body() -> None:
    body = "By 2025, the share of clean power in the province will reach about forty percent of all. "
    text = (
        f"The government issued the plan on Monday. {body}\n\n1. Aims\n\n{body}It is the rule for all cities.\n\n2. Means\n\n"
        + "Every city reports its means each year to the office. " * 30
        + "\n\nRelated articles\n\n2023-05-12 13:13:38\n\nShares rose again on Tuesday."
    )
    plan = make_plan(text)
    roles = {p.text[:12]: p.role for p in chunk_plan(plan)}
    assert roles["The governme"] is Role.SUMMARY
    assert roles["1. Aims\n\nBy "] is Role.BODY
    assert roles["Related arti"] is Role.FURNITURE


SOURCE = "Source: National Bureau of Statistics"
BODY = "Each city reports its means every year."


@pytest.mark.parametrize(
    ("lines", "begins_with"),
    [
        # what a plan has, too
        ([BODY, SOURCE, BODY, SOURCE, BODY], None),
        ([BODY, SOURCE, "2023-05-12", "Editor: Li Ming", "Copyright law is enforced."], None),
        ([BODY, "Signing of agreements on hydrogen", "2023-05-12"], None),
        ([BODY, "Subscribed capital of the fund", SOURCE], None),
        ([BODY, SOURCE, BODY, "Related reading"], None),
        ([BODY, "Harbour Daily", SOURCE, BODY, "Harbour Daily"], "Harbour Daily"),
        # what a web page adds
        ([BODY, "Related articles", "Previous", "Coal falls in the north."], "Related articles"),
        ([BODY, "Log in to read on", "2023-05-12", BODY], "Log in to read on"),
        ([BODY, "© 2023 Harbour Daily. All rights reserved.", "Editor: Li Ming"], "© 2023"),
        ([BODY, "责任编辑：李明", "相关阅读", "煤炭消费下降"], "责任编辑"),
        # weak signs close above a strong one are the page's, those further up the plan's
        ([BODY, "2023-05-12", "", "Harbour Daily News", "Editor: Li Ming", "", "Print"], "2023-05-12"),
        ([BODY, SOURCE, BODY, "Editor: Li Ming", "Share to friends", BODY], "Editor"),
        ([BODY, SOURCE, "Coal | 51%", "Related articles", "Next"], "Related"),
        ([BODY, SOURCE, "Coal", "51%", "44%", "Related articles", "Next"], "Related"),
    ],
)
def test_where_the_furniture_begins(lines: list[str], begins_with: str | None) -> None:
    text = "Harbour Daily\n\n1. Aims\nThe harbour grows greener.\n2. Means\n" + "\n".join(lines)
    spans = [text[start:end] for start, end, role in find_asides(text, build_sections(text)) if role is Role.FURNITURE]
    assert len(spans) == (begins_with is not None)
    assert all(text.endswith(span) and span.startswith(str(begins_with)) for span in spans)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "summary_ends_before", "furniture_begins_with"),
    [("liaoning", "In order to thoroughly", "All can be viewed"), ("sichuan", "In order to thoroughly", None)],
)
def test_the_real_plans_dirt_is_flagged(
    name: str, summary_ends_before: str, furniture_begins_with: str | None, data: Path
) -> None:
    plan = load_plan(data / "plans" / f"{name}.txt")
    check_invariants(plan)
    spans = {role: (start, end) for start, end, role in plan.asides}
    start, end = spans[Role.SUMMARY]
    assert start == 0
    assert plan.text[end:].lstrip().startswith(summary_ends_before)
    if furniture_begins_with:
        assert plan.text[spans[Role.FURNITURE][0] :].startswith(furniture_begins_with)
    else:
        assert Role.FURNITURE not in spans


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "ending", "count"), [("sichuan", "will reach 1.", 2), ("liaoning", "lower than that in 2020. 9.", 1)]
)
def test_cut_off_figures_of_the_real_plans_are_marked(name: str, ending: str, count: int, data: Path) -> None:
    passages = chunk_plan(load_plan(data / "plans" / f"{name}.txt"))
    marked = [p for p in passages if p.cut_off and p.role is Role.BODY and ending in " ".join(p.text.split())]
    assert len(marked) == count
