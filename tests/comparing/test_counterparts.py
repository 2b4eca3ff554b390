"""Counterparts of a passage, what only one plan says, and two section trees side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeEncoder, make_content

from indexer.comparing.counterparts import likeness, passage_at, passages_of, read_sentences, similar
from indexer.comparing.unique import unique_content
from indexer.encoding import Encoder
from indexer.errors import QuestionError, UnknownPlanError
from indexer.library import Library
from indexer.targets.extracting import find_targets
from indexer.types import Aspect

GOLD = json.loads((Path(__file__).parent / "gold_pairs.json").read_text("utf-8"))
ANHUI = ["Cement kilns close by 2025.", "Wind farms grow to 37 million kW.", "Foxes breed on the northern moor."]
HENAN = ["Wind farms grow to 12 million kW.", "Cement kilns close by 2025.", "Otters swim below the old weir."]
HUBEI = ["Cement kilns close by 2025.", "Wind farms grow to 37 GW.", "Barges carry gravel to the port."]


@pytest.fixture
def three(library: Library, fake_encoder: FakeEncoder) -> Library:
    """Three plans of one passage a sentence: kilns and wind in all, the third sentence in one alone."""
    for plan, sentences in (("anhui", ANHUI), ("henan", HENAN), ("hubei", HUBEI)):
        content = make_content(plan, sentences, fake_encoder, sections=[("1. Work",)] * 3)
        library.backend.add(content, (fake_encoder.source, fake_encoder.fingerprint))
    return library


@pytest.fixture(scope="module")
def real_library(tmp_path_factory: pytest.TempPathFactory, data: Path, encoder: Encoder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("real") / "library", create=True, encoder=encoder) as library:
        library.add(sorted((data / "plans").glob("*.txt")))
        yield library


# -- counterparts ----------------------------------------------------------------------------------


def test_the_counterpart_comes_first_with_what_differs(three: Library) -> None:
    found = three.similar("anhui", len(ANHUI[0]) + 1, "henan")
    assert found[0].hit.passage.text == HENAN[0]
    assert found[0].mutual
    assert [(m.aspect, ANHUI[1][slice(*m.span)]) for m in found[0].own_marks] == [(Aspect.FIGURE, "37 million kW")]
    assert [(m.aspect, HENAN[0][slice(*m.span)]) for m in found[0].marks] == [(Aspect.FIGURE, "12 million kW")]


def test_an_equal_figure_in_another_unit_is_not_marked(three: Library) -> None:
    found = three.similar("anhui", len(ANHUI[0]) + 1, "hubei")
    assert (found[0].hit.passage.text, found[0].marks, found[0].own_marks) == (HUBEI[1], (), ())


def test_mutual_nearest_come_before_the_rest(three: Library) -> None:
    found = three.similar("anhui", 0, "henan")
    assert [c.mutual for c in found] == sorted((c.mutual for c in found), reverse=True)
    assert found[0].hit.passage.text == HENAN[1]
    assert all(c.hit.passage.plan == "henan" for c in found)
    assert len(three.similar("anhui", 0, "henan", top_k=1)) == 1


def test_the_passage_at_an_offset(three: Library) -> None:
    passages = list(passages_of(three.backend, "anhui").items())
    for key, passage in passages:
        assert passage_at(three.backend, "anhui", passage.start) == (key, passage)
        assert passage_at(three.backend, "anhui", passage.end - 1) == (key, passage)
    # the line break belongs to none: the next one is meant
    assert passage_at(three.backend, "anhui", passages[0][1].end) == passages[1]


def test_likeness_is_cosine_and_common_words(three: Library, fake_encoder: FakeEncoder) -> None:
    own = read_sentences(three.backend, fake_encoder, passages_of(three.backend, "anhui"))
    theirs = read_sentences(three.backend, fake_encoder, passages_of(three.backend, "hubei"))
    alike = likeness(three.backend, own, theirs)
    assert alike[0, 0] == pytest.approx(1.8)  # the same sentence: cosine 1, all words in common
    assert alike[0, 2] == pytest.approx(0.0, abs=0.2)
    assert likeness(three.backend, theirs, own) == pytest.approx(alike.T)


def test_places_that_are_not_there(three: Library) -> None:
    with pytest.raises(QuestionError, match="anhui has no passage at 9999"):
        three.similar("anhui", 9999, "henan")
    with pytest.raises(QuestionError, match="in another plan"):
        three.similar("anhui", 0, "anhui")
    with pytest.raises(UnknownPlanError, match="mars"):
        three.similar("anhui", 0, "mars")
    with pytest.raises(UnknownPlanError, match="mars"):
        three.similar("mars", 0, "anhui")


@pytest.mark.real
def test_counterparts_aligned_by_hand_come_first(real_library: Library) -> None:
    first = []
    for pair in GOLD:
        for plan, other in (("liaoning", "sichuan"), ("sichuan", "liaoning")):
            found = similar(real_library.backend, real_library._ready(), plan, pair[plan][0], other)
            start, end = pair[other]
            first.append(
                any(
                    min(p.end, end) - max(p.start, start) > 0.5 * min(p.end - p.start, end - start)
                    for p in (each.hit.passage for each in found[:1])
                )
            )
    assert sum(first) >= 0.85 * len(first)


# -- what only one says ----------------------------------------------------------------------------


def test_what_only_one_plan_says_and_what_all_share(three: Library) -> None:
    found = three.unique_content(["anhui", "henan", "hubei"])
    assert [(d.plan, d.section, [h.passage.text for h in d.passages]) for d in found.only] == [
        ("anhui", ("1. Work",), ANHUI[2:]),
        ("henan", ("1. Work",), HENAN[2:]),
        ("hubei", ("1. Work",), HUBEI[2:]),
    ]
    assert [[(p.plan, p.text) for p in each.passages] for each in found.shared] == [
        [("anhui", ANHUI[0]), ("henan", HENAN[1]), ("hubei", HUBEI[0])],
        [("anhui", ANHUI[1]), ("henan", HENAN[0]), ("hubei", HUBEI[1])],
    ]
    assert all(0 < h.score <= 1 for d in found.only for h in d.passages)
    assert "0.6" in found.measure


def test_figures_and_strict_rules_come_before_what_should_be_done(library: Library, fake_encoder: FakeEncoder) -> None:
    alone = [
        ("1. Spirit", "We should fully implement the new concept."),
        ("2. Birds", "Herons breed below the weir."),
        ("3. Boats", "Ferries must be moored at night."),
        ("4. Salt", "Salt pans will yield 40 thousand tons by 2030."),
        ("5. Boats of old", "Ferries carried 12 thousand tons."),
        ("6. Age", "Barges are 130 years old."),
    ]
    for plan, content in {"a": alone, "b": [("1. Work", "Barges carry gravel.")]}.items():
        made = make_content(
            plan, [s for _, s in content], fake_encoder, sections=[(section,) for section, _ in content]
        )
        made = replace(made, targets=find_targets(made.plan))
        library.backend.add(made, (fake_encoder.source, fake_encoder.fingerprint))
    found = unique_content(library.backend, fake_encoder, ["a", "b"])
    assert [d.section[0] for d in found.only if d.plan == "a"] == [
        "3. Boats", "4. Salt", "1. Spirit", "5. Boats of old", "2. Birds", "6. Age",
    ]  # fmt: skip


def test_what_two_of_three_say_is_not_one_plans_alone(library: Library, fake_encoder: FakeEncoder) -> None:
    plans = {"a": ["Foxes breed here."], "b": ["Foxes breed here."], "c": ["Barges carry gravel."]}
    for plan, sentences in plans.items():
        library.backend.add(make_content(plan, sentences, fake_encoder), ("fake", fake_encoder.fingerprint))
    found = unique_content(library.backend, fake_encoder, list(plans))
    assert [d.plan for d in found.only] == ["c"]
    assert [[p.plan for p in s.passages] for s in found.shared] == [["a", "b"]]


def test_distinct_takes_two_plans(three: Library) -> None:
    with pytest.raises(QuestionError, match="two plans or more"):
        three.unique_content(["anhui"])
    with pytest.raises(UnknownPlanError, match="mars"):
        three.unique_content(["anhui", "mars"])


# -- sections --------------------------------------------------------------------------------------


def test_sections_of_the_same_matter_stand_side_by_side(sample_library: Library) -> None:
    one, other = (sample_library.plan(plan) for plan in ("liaoning", "sichuan"))
    pairs = sample_library.align_sections("liaoning", "sichuan")
    met = {
        one.sections[p.one].title: other.sections[p.other].title
        for p in pairs
        if p.one is not None and p.other is not None
    }
    assert met["Green and low-carbon transformation of energy"] == "Green and low-carbon energy transformation"
    assert [p.one for p in pairs if p.one is not None] == list(range(len(one.sections)))
    theirs = [p.other for p in pairs if p.other is not None]
    assert sorted(theirs) == list(range(len(other.sections)))
    assert all(0 <= p.score <= 1 for p in pairs)
    assert all((p.score > 0) == (p.one is not None and p.other is not None) for p in pairs)


@pytest.mark.real
def test_industry_stands_beside_industry(real_library: Library) -> None:
    one, other = (real_library.plan(plan) for plan in ("liaoning", "sichuan"))
    pairs = real_library.align_sections("liaoning", "sichuan")

    def number(plan: str, index: int | None) -> str:
        if index is None:
            return "none"
        sections = (one if plan == "liaoning" else other).sections
        parent = sections[index].parent
        above = f"{sections[parent].number} " if parent is not None else ""
        return above + sections[index].number

    met = {number("liaoning", p.one): number("sichuan", p.other) for p in pairs if p.one is not None}
    # the ten tasks of one and the ten actions of the other, and the parts at their ends
    by_hand = {
        "1.": "1.", "3.": "2.", "4.": "4.", "5.": "5.",
        "3. (1)": "2. (1)", "3. (2)": "2. (3)", "3. (3)": "2. (4)", "3. (4)": "2. (5)", "3. (5)": "2. (2)",
        "3. (6)": "2. (6)", "3. (7)": "2. (7)", "3. (8)": "2. (8)", "3. (9)": "2. (9)", "3. (10)": "2. (10)",
    }  # fmt: skip
    right = [met[own] == theirs for own, theirs in by_hand.items()]
    assert sum(right) >= 0.9 * len(right)


def test_a_plan_is_not_aligned_with_itself(sample_library: Library) -> None:
    with pytest.raises(QuestionError, match="another plan"):
        sample_library.align_sections("liaoning", "liaoning")
    with pytest.raises(UnknownPlanError, match="mars"):
        sample_library.align_sections("liaoning", "mars")
