"""Briefs: what is kept, found again in edited plans, searched; and certificates of absence."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEncoder

from indexer.errors import LibraryError, QuestionError, UnknownPlanError
from indexer.language.sentences import split_sentences
from indexer.library import Library
from indexer.library.absence import hash_of
from indexer.library.briefs import (
    add_items,
    briefs_file,
    change_brief,
    check_quotes,
    find_items,
    read_briefs,
    take,
    write,
)
from indexer.types import Brief, BriefItem, Plan, QuoteState

_WORDS = "rivers harbours wardens lanterns orchards mills granaries bridges ferries kilns looms quarries".split()


def invented(random_: random.Random, sentences: int = 40) -> list[str]:
    """Sentences that share few words, each with a figure of its own."""
    made = []
    for number in range(sentences):
        chosen = " ".join(random_.choices(_WORDS, k=9))
        made.append(f"Measure {number * 7 + 3} keeps {chosen} under {number * 13 + 11} permits.")
    return made


def plan_of(sentences: list[str]) -> Plan:
    return Plan("made", "Made up", " ".join(sentences), "made.txt", "0" * 64)


def state_of(item: BriefItem, plan: Plan) -> tuple[QuoteState, str]:
    found = check_quotes([item], lambda _: plan)[item.id]
    return found.state, found.citation.quote if found.citation else ""


def test_quotes_are_found_again_in_two_hundred_edited_versions() -> None:
    """None is lost while its words are there; one whose words changed is marked with its new wording."""
    draw = random.Random(5)
    seen: Counter[QuoteState] = Counter()
    for _ in range(200):
        sentences = invented(draw)
        before = plan_of(sentences)
        spans = split_sentences(before.text)
        chosen = draw.randrange(len(sentences))
        item = take(before, *spans[chosen])
        quote = sentences[chosen]
        edited = [*sentences]
        fate = draw.choice(["kept", "reworded", "deleted"])
        if fate == "reworded":
            edited[chosen] = quote.replace("permits", "licences")
        elif fate == "deleted":
            del edited[chosen]
        for _ in range(draw.randrange(1, 6)):  # other edits, of which the quote must not depend
            at = draw.randrange(len(edited))
            if edited[at].startswith("Measure") and at != chosen and edited[at] != quote:
                edited[at] = draw.choice(
                    [edited[at].replace("keeps", "guards"), "Nothing of the kind is planned here."]
                )
        extra = ["A new foreword was written."] * draw.randrange(3)
        state, found = state_of(item, plan_of([*extra, *edited]))
        seen[state] += 1
        if fate == "kept":
            assert state in (QuoteState.SAME, QuoteState.MOVED) and found == quote
        elif fate == "reworded":
            assert (state, found) == (QuoteState.CHANGED, edited[chosen])
        else:
            assert state in (QuoteState.GONE, QuoteState.CHANGED) and found != quote
    assert seen[QuoteState.MOVED] > 20 and seen[QuoteState.CHANGED] > 20


def test_a_quote_that_stands_several_times_keeps_its_place_by_what_is_around_it() -> None:
    heads = [f"Part {letter}. The rule below is for {letter} alone." for letter in "ABC"]
    before = plan_of([f"{head} Permits end in May." for head in heads])
    start = before.text.index("Permits", before.text.index("Part B"))
    item = take(before, start, start + len("Permits end in May."))
    after = plan_of(["A foreword of some length comes first.", *(f"{head} Permits end in May." for head in heads)])
    found = check_quotes([item], lambda _: after)[item.id]
    assert found.state is QuoteState.MOVED and found.citation
    assert found.citation.start == after.text.index("Permits", after.text.index("Part B"))


def test_a_quote_whose_lines_break_elsewhere_has_moved_and_not_changed() -> None:
    item = take(plan_of(["First one.", "The harbour mills\nkeep eleven looms."]), 11, 47)
    state, found = state_of(item, plan_of(["First one.", "Then this.", "The harbour\nmills keep eleven looms."]))
    assert state is QuoteState.MOVED and found == "The harbour\nmills keep eleven looms."


def test_a_plan_that_is_gone_takes_its_quotes_along() -> None:
    def plan(name: str) -> Plan:
        raise UnknownPlanError(name)

    item = take(plan_of(["One here."]), 0, 9)
    assert check_quotes([item], plan)[item.id].state is QuoteState.GONE


@pytest.mark.parametrize("span", [(-1, 4), (4, 4), (5, 3), (0, 10**6)])
def test_a_span_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(LibraryError, match="has no characters"):
        take(plan_of(["One here."]), *span)


@pytest.fixture
def library(tmp_path: Path, fake: FakeEncoder) -> Library:
    (tmp_path / "mills.txt").write_text("Mills plan\n\nMills must close by 2030. Looms may stay until 2035.\n")
    opened = Library.open(tmp_path / "library", create=True)
    opened.add(tmp_path / "mills.txt")
    return opened


def test_a_brief_is_kept_in_its_order_and_takes_no_quote_twice(library: Library) -> None:
    start = library.plan("mills").text.index("Mills must")
    library.quote("mills", start, start + 25, brief="Mine", note="check", tags=["closing"])
    change_brief(library.backend, "Mine", lambda known: add_items(known, [write("On looms", heading=True)]))
    library.quote("mills", start, start + 25, brief="Mine")
    (brief,) = Library.open(library.backend.location).briefs()
    assert [(item.text, item.heading, item.tags) for item in brief.items] == [
        ("check", False, ("closing",)),
        ("On looms", True, ()),
    ]
    assert brief.items[0].citation and brief.items[0].citation.quote == "Mills must close by 2030."
    assert [item.text for _, item in find_items([brief], "CLOSING mills")] == ["check"]
    assert find_items([brief], "closing looms") == []


def test_writers_do_not_lose_each_others_items(library: Library) -> None:
    def add(number: int) -> None:
        change_brief(library.backend, "Ours", lambda known: add_items(known, [write(str(number))]))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {item.text for brief in read_briefs(library.backend) if brief.name == "Ours" for item in brief.items} == set(
        map(str, range(12))
    )


def test_renaming_to_a_name_that_is_taken_is_refused_and_deleting_leaves_the_others(library: Library) -> None:
    for name in ("One", "Two"):
        change_brief(library.backend, name, lambda known: known)
    with pytest.raises(LibraryError, match="“Two” already"):
        change_brief(library.backend, "One", lambda known: replace(known, name="Two"))
    change_brief(library.backend, "One", lambda known: None)
    assert read_briefs(library.backend) == [Brief("Two")]


@pytest.mark.parametrize("content", [b"", b"[", b'[{"name": 3}]', b"\xff\xfe", b'{"name": "x"}'])
def test_a_damaged_file_is_told_with_its_name_and_left_alone(library: Library, content: bytes) -> None:
    file = briefs_file(library.backend)
    file.write_bytes(content)
    with pytest.raises(LibraryError, match=r"briefs\.json cannot be read"):
        change_brief(library.backend, "Mine", lambda known: known)
    assert file.read_bytes() == content


def test_absence_is_certified_with_a_hash_of_what_it_says(library: Library) -> None:
    absence = library.certify_absence("How many astronauts orbit Jupiter?")
    plan = library.plan("mills")
    assert absence.plans == (("mills", plan.title, plan.sha256),)
    assert absence.passages == library.plans()[0].passages
    assert absence.confidence < absence.threshold
    assert absence.sha256 == hash_of(absence) != hash_of(replace(absence, passages=absence.passages + 1))
    with pytest.raises(QuestionError, match="no absence"):
        library.certify_absence("When must mills close?")
