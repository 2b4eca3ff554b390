"""Excerpts of official journals: the end of the notice before and the beginning of the next never answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from made_pdfs import SENTENCES, pdf, prose, say
from reportlab.pdfgen.canvas import Canvas

from indexer.reading.loading import load_plan
from indexer.reading.notices import find_own_notice
from indexer.reading.passages import chunk_plan
from indexer.types import Plan, Role

#: The end of a notice on another matter, whose beginning is on a page before.
BEFORE = [
    "the ferry then returns to the old quay.",
    "# Comments of the public",
    "Comments on the ferry are read by the harbour master until the first of May.",
    "Ada Quay,",
    "Harbour Master.",
]
OWN = [
    "# DEPARTMENT OF RIVERS",
    "# Bureau of Inland Waters",
    "[Docket No. 77-12]",
    "# Wells and Springs of the County; Final Notice",
    "AGENCY: Bureau of Inland Waters, Rivers.",
    "# Repair of bridges",
    *SENTENCES,
    "# Counting of birds",
    *SENTENCES[::-1],
]
NEXT = [
    "# LIGHTHOUSE COMMISSION",
    "# Lamps of the Northern Coast; Review",
    "AGENCY: Lighthouse Commission.",
    "The commission asks whether lamps of the northern coast should burn by day.",
]
FERRY, LAMPS = BEFORE[2], NEXT[-1]


def filed(number: int) -> list[str]:
    return [f"[FR Doc. 2031-{number:05} Filed 3-4-31; 8:45 am]", f"BILLING CODE 43{number}-MR-P"]


def page(lines: Sequence[str]) -> Callable[[Canvas], None]:
    """A page of paragraphs; "# " begins a bold one."""

    def draw(canvas: Canvas) -> None:
        y = 790.0
        for line in lines:
            if line.startswith("# "):
                say(canvas, line[2:], 72, y, bold=True)
                y -= 24
            else:
                y = prose(canvas, y, sentences=[line]) - 12

    return draw


def read(*pages: Sequence[str]) -> Plan:
    return load_plan(Path("notice.pdf"), data=pdf(*map(page, pages)))


def texts(plan: Plan, role: Role) -> str:
    return " ".join(" ".join(p.text.split()) for p in chunk_plan(plan) if p.role is role)


def labels(plan: Plan) -> list[str]:
    return [section.label for section in plan.sections]


SPLIT = len(OWN) - 4


@pytest.mark.parametrize("mark", [filed(2), filed(2)[:1], ["[10-1-o]"]])
def test_ends_of_other_notices_are_told_apart(mark: list[str]) -> None:
    plan = read([*BEFORE, *mark, *OWN[:SPLIT]], [*OWN[SPLIT:], *mark, *NEXT])
    body, others = texts(plan, Role.BODY), texts(plan, Role.NOTICE)
    assert FERRY in others and LAMPS in others
    assert all(sentence in body for sentence in SENTENCES)
    assert not Role.NOTICE.may_answer
    assert labels(plan)[-2:] == ["Repair of bridges", "Counting of birds"]
    assert not {"Comments of the public", NEXT[0][2:], NEXT[1][2:]} & set(labels(plan))
    assert plan.sections[-1].end <= plan.text.index(NEXT[0][2:])
    assert all(not p.section for p in chunk_plan(plan) if p.role is Role.NOTICE)
    assert plan.title == "Wells and Springs of the County; Final Notice"
    assert plan.metadata.issuer == "Bureau of Inland Waters, Rivers"
    assert plan.warnings == (
        "begins with text of another notice in the same journal",
        "ends with text of another notice in the same journal",
    )


def test_whole_notices_beside_a_long_one_are_no_part_of_it() -> None:
    short = [*NEXT, *filed(3)]
    plan = read([*BEFORE, *filed(1), *short, *OWN[:SPLIT]], [*OWN[SPLIT:], *filed(2)])
    assert plan.title == "Wells and Springs of the County; Final Notice"
    assert LAMPS in texts(plan, Role.NOTICE) and LAMPS not in texts(plan, Role.BODY)
    assert plan.warnings == ("begins with text of another notice in the same journal",)


def test_all_whole_notices_of_one_page_are_kept() -> None:
    own = OWN[:SPLIT]
    plan = read([*BEFORE, *filed(1), *own, *filed(2), *NEXT])
    assert all(sentence in texts(plan, Role.BODY) for sentence in SENTENCES)
    assert FERRY in texts(plan, Role.NOTICE) and LAMPS in texts(plan, Role.NOTICE)
    both = read([*BEFORE, *filed(1), *own, *filed(2), *NEXT, *filed(3)])
    assert LAMPS in texts(both, Role.BODY) and FERRY in texts(both, Role.NOTICE)


def test_a_whole_issue_is_kept_whole() -> None:
    first = ["# JOURNAL OF THE COUNTY", *OWN, *filed(1)]
    issue = [[*first, *NEXT[:3]], [*NEXT[3:], *filed(2), *OWN[:SPLIT]], [*OWN[SPLIT:], *filed(3)]]
    for pages in (issue, [*issue, [*BEFORE, *filed(4)], NEXT], issue[:1] + issue[2:], [first]):
        plan = read(*pages)
        assert not texts(plan, Role.NOTICE) and not plan.warnings


def test_a_notice_alone_is_kept_whole_wherever_its_mark_is() -> None:
    for pages in ([OWN], [[*OWN, *filed(1)]], [OWN[:SPLIT], [*OWN[SPLIT:], *filed(1)]], [OWN[6:SPLIT], filed(1)]):
        assert not texts(read(*pages), Role.NOTICE)


def test_a_text_without_pages() -> None:
    def written(*parts: Sequence[str]) -> str:
        return "\n\n".join(line.removeprefix("# ") for part in parts for line in part)

    text = written(BEFORE, filed(1), OWN, filed(2), NEXT)
    start, end = find_own_notice(text)
    assert text[start:end].strip() == written(OWN, filed(2))
    footnotes = written(OWN, filed(2), ["Footnotes", "1. See the survey of wells of 2030."])
    assert find_own_notice(footnotes) == (0, len(footnotes))
    reprinted = written(OWN, filed(2), ["ANNEX TWO", "Wells are listed by parish, from the deepest to the shallowest."])
    assert find_own_notice(reprinted) == (0, len(reprinted))
    cited = written(BEFORE, ["As said in [FR Doc. 2031-1 Filed 3-4-31], ferries are slow.", "BILLING CODE 1-P"], OWN)
    assert find_own_notice(cited) == (0, len(cited))
