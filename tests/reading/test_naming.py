"""Plan ids from file names, ordinary and hostile."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.reading.loading import LONGEST_ID, plan_id_of


@pytest.mark.parametrize(
    "name",
    ["liaoning.txt", "Plan 2030 (final).v2.pdf", "安徽省碳达峰实施方案.docx", "R&D - l'État.md", "a_b-c.jsonl", "plan"],
)
def test_ordinary_names_keep_their_stem(name: str) -> None:
    assert plan_id_of(name) == name.rsplit(".", 1)[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd.txt", "passwd"),
        ("..\\..\\windows\\plan.pdf", "plan"),
        ("../../x", "x"),
        ("plan\u202etxt.exe.txt", "plantxt.exe"),
        ("\u200f\u2067plan\u2069.txt", "plan"),
        ("<script>alert(1)<.txt", "script alert(1)"),
        ("--yes.txt", "yes"),
        ("a\x00b\nc\td.txt", "ab c d"),
        ("....", "plan"),
        ("\u202e.txt", "txt"),
        ("", "plan"),
        ("re\u0301gion.txt", "r\u00e9gion"),
    ],
)
def test_hostile_names(name: str, expected: str) -> None:
    assert plan_id_of(name) == expected


def test_long_names_are_cut_and_stay_apart() -> None:
    first, second = plan_id_of("a" * 300 + "1.pdf"), plan_id_of("a" * 300 + "2.pdf")
    assert len(first) == len(second) == LONGEST_ID
    assert first != second
    assert first.startswith("a" * 80)
    assert plan_id_of("a" * LONGEST_ID + ".pdf") == "a" * LONGEST_ID


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_name_gives_an_id_that_is_safe_and_stays_itself(name: str) -> None:
    plan_id = plan_id_of(name)
    assert 0 < len(plan_id) <= LONGEST_ID
    assert not set(plan_id) & set("/\\<>\n\r\t")
    assert plan_id[0] not in "-. "
    assert all(unicodedata.category(c)[0] != "C" for c in plan_id)
    plan_id.encode()
