"""What changed between two versions: every sentence is accounted for, once."""

from __future__ import annotations

from collections import Counter

import pytest
from fakes import make_plan
from hypothesis import given
from hypothesis import strategies as st

from indexer.language.sentences import fold_space, split_sentences
from indexer.library.versions import compare_versions, obligation_change
from indexer.types import Change, ChangeClass, Page, Plan, Section

WORDS = "cement steel wind solar coal forest river quota".split()


def plan(*sentences: str, **parts: object) -> Plan:
    return make_plan("anhui", sentences, **parts)


def told(old: Plan, new: Plan) -> list[tuple[str, str | None, str | None]]:
    return [
        (str(c.change), c.old.text if c.old else None, c.new.text if c.new else None)
        for c in compare_versions(old, new)
    ]


def test_what_was_added_removed_and_changed() -> None:
    old = plan(
        "Cement kilns close by 2025.",
        "Steel output falls every year.",
        "Forests cover a fifth of the land.",
        "Coal boilers are closed in all cities.",
    )
    new = plan(
        "Cement kilns close by 2027.",
        "Steel output falls every year.",
        "Hydrogen trucks run between the ports.",
        "Coal boilers are closed in all cities.",
    )
    assert told(old, new) == [
        ("changed", "Cement kilns close by 2025.", "Cement kilns close by 2027."),
        ("removed", "Forests cover a fifth of the land.", None),
        ("added", None, "Hydrogen trucks run between the ports."),
    ]


def test_what_moved_is_neither_added_nor_removed() -> None:
    lines = [f"Sentence about {word} and nothing else." for word in WORDS]
    moved = [*lines[1:5], lines[0], *lines[5:]]
    assert told(plan(*lines), plan(*moved)) == [("moved", lines[0], lines[0])]


def test_white_space_is_no_change() -> None:
    assert told(plan("Cement kilns close.", "Steel  falls."), plan("Cement kilns", "close. Steel falls.")) == []
    assert told(plan("Same."), plan("Same.")) == []


def test_chinese_sentences_are_compared_by_character() -> None:
    old = plan("到2025年水泥产能减少。", "发展风电。")
    new = plan("到2027年水泥产能减少。", "发展太阳能热水器。")
    assert told(old, new) == [
        ("changed", "到2025年水泥产能减少。", "到2027年水泥产能减少。"),
        ("removed", "发展风电。", None),
        ("added", None, "发展太阳能热水器。"),
    ]


def test_the_most_alike_are_paired() -> None:
    old = plan("Wind farms grow to 10 GW by 2025 in the north.")
    new = plan("Wind farms grow to 12 GW by 2030 in the south.", "Wind farms grow to 12 GW by 2025 in the north.")
    assert told(old, new) == [
        ("added", None, "Wind farms grow to 12 GW by 2030 in the south."),
        ("changed", "Wind farms grow to 10 GW by 2025 in the north.", "Wind farms grow to 12 GW by 2025 in the north."),
    ]


def test_offsets_sections_and_pages_are_of_their_own_version() -> None:
    old = plan("1. Industry", "Cement kilns close by 2025.")
    start = len("1. Industry\n")
    sections = (Section(0, start - 1, len(old.text), 1, "1.", "Industry", None),)
    preface = "Preface with many words of its own.\n"
    new = plan(preface, "Cement kilns close by 2030.", pages=(Page(1, 0, 37), Page(2, 37, 200)))
    old = make_plan("anhui", old.text.split("\n"), sections=sections)
    changed = next(c for c in compare_versions(old, new) if c.change is Change.CHANGED)
    assert changed.old
    assert changed.new
    assert changed.old.section == ("1. Industry",)
    assert (changed.old.page, changed.new.page) == (None, 2)
    assert old.text[changed.old.start : changed.old.end] == changed.old.text
    assert new.text[changed.new.start : changed.new.end] == changed.new.text == "Cement kilns close by 2030."


sentence = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(lambda words: " ".join(words).title() + ".")
texts = st.lists(sentence, min_size=1, max_size=12)


@given(texts, texts)
def test_every_sentence_is_accounted_for_once(before: list[str], after: list[str]) -> None:
    old, new = plan(*before), plan(*after)
    changes = compare_versions(old, new)
    for version, places in (
        (old, [c.old for c in changes if c.old]),
        (new, [c.new for c in changes if c.new]),
    ):
        spans = split_sentences(version.text)
        assert all((p.start, p.end) in spans for p in places)
        assert len({p.start for p in places}) == len(places)
        assert all(version.text[p.start : p.end] == p.text for p in places)
    # what is not told of stays, word for word
    rest = [
        Counter(
            fold_space(version.text[a:b])
            for a, b in split_sentences(version.text)
            if a not in {place.start for place in places}
        )
        for version, places in ((old, [c.old for c in changes if c.old]), (new, [c.new for c in changes if c.new]))
    ]
    assert rest[0] == rest[1]
    for change in changes:
        assert (change.old is None) == (change.change is Change.ADDED)
        assert (change.new is None) == (change.change is Change.REMOVED)
        if change.old and change.new:
            same = fold_space(change.old.text) == fold_space(change.new.text)
            assert same == (change.change is Change.MOVED)
    placed = [c.new.start for c in changes if c.new]
    assert placed == sorted(placed)


@pytest.mark.parametrize("count", [600])
def test_a_plan_written_anew_is_compared_in_bounds(count: int) -> None:
    # every sentence differs, all share their common words: nothing may be quadratic in words
    old = plan(*(f"The province of the north will build plant {i} for the people." for i in range(count)))
    new = plan(*(f"The province of the south will build plant {i} for the people." for i in range(count)))
    changes = compare_versions(old, new)
    assert Counter(c.change for c in changes) == {Change.CHANGED: count}
    assert all(c.old and c.new and c.old.text.replace("north", "south") == c.new.text for c in changes)


def test_what_became_more_or_less_binding() -> None:
    old = plan(
        "Cement kilns must close by 2025.", "Steel output should fall.", "Wind power is encouraged.", "Coal falls."
    )
    new = plan(
        "Cement kilns should close by 2025.", "Steel output must fall.", "Wind power is encouraged much.", "Gas falls."
    )
    changes = compare_versions(old, new)
    became = {c.new.text: obligation_change(c) for c in changes if c.new}
    for change in changes:
        assert (obligation_change(change) < 0) <= (ChangeClass.WEAKENED in change.classes)
        assert (obligation_change(change) > 0) <= (ChangeClass.STRENGTHENED in change.classes)
    assert [became[text] for text in ("Cement kilns should close by 2025.", "Steel output must fall.")] == [-1, 1]
    assert {became["Wind power is encouraged much."], became["Gas falls."]} == {0}
