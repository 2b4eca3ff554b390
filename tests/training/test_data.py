"""Preparation and mining: nothing leaks, spans are slices, near misses really ask for what is not there."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st
from made import make_example

from indexer.errors import SourceError
from training import mine, swaps
from training.chinese import simplified
from training.examples import SPLITS, Example, Kind, Piece, fold, read_examples, read_pieces, write_lines
from training.prepare import link, prepare, read_sets, split_articles, to_example, without_repeats
from training.windows import LONGEST, LONGEST_CHINESE, cut_all, cut_around

SUBJECTS = "ferry harbour kiln orchard reservoir tunnel quarry market library station".split()


def make_row(question: str, passage: str, answer: str | None = None, **facts: Any) -> dict[str, Any]:
    start = None if answer is None else passage.index(answer)
    return {
        "question": question,
        "passage": passage,
        "label": int(answer is not None),
        "answer_start": start,
        "answer_text": answer,
        **facts,
    }


def tiny_sets() -> dict[str, list[dict[str, Any]]]:
    """Sixty articles of three paragraphs, two questions each; a second set quotes a sentence of each."""
    paragraphs, sentences = [], []
    for number in range(60):
        subject, title = SUBJECTS[number % 10], f"Article {number}"
        for part in range(3):
            year, figure = 1900 + number, 100 * number + part + 11
            first = f"The {subject} number {number} of district {part} was opened by the town council in {year}."
            text = f"{first} It cost {figure} crowns and drew visitors from every village nearby. More came later."
            paragraphs += [
                make_row(
                    f"What did the {subject} {number} of district {part} cost when opened in {year}?",
                    text, f"{figure} crowns", title=title,
                ),
                make_row(f"Who painted the {subject} {number} of district {part} in blue?", text, title=title),
            ]  # fmt: skip
        sentences.append(
            make_row(f"Who opened the {subject} number {number} of district 0?", first, "the town council")
        )
    return {"squad_train_pieces": paragraphs, "mlqa_dev_en": sentences}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    (data / "train").mkdir()
    for name, rows in tiny_sets().items():
        with lzma.open(data / "train" / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return data


@pytest.fixture(scope="module")
def work(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("work")
    prepare(folder, out)
    return out


def test_every_pair_is_in_one_split_with_its_article(work: Path) -> None:
    by_split = {split: read_examples(work / f"{split}.jsonl") for split in SPLITS}
    assert sum(map(len, by_split.values())) == 60 * 7
    # two of the sixty articles, of seven pairs each, are some 2 and 10 in a hundred
    assert len(by_split["held"]) == 42
    assert len(by_split["dev"]) in {7, 14}
    seen: dict[str, str] = {}
    for split, examples in by_split.items():
        for example in examples:
            number = example.question.split("district")[0].split()[-2]
            assert seen.setdefault(number, split) == split, "an article lies in two splits"
    pieces = {split: {p.article for p in read_pieces(work / f"pieces-{split}.jsonl")} for split in SPLITS}
    for split in SPLITS:
        assert pieces[split] == {e.article for e in by_split[split]}


def test_spans_are_slices(work: Path) -> None:
    spans = [e for split in SPLITS for e in read_examples(work / f"{split}.jsonl") if e.span]
    assert len(spans) == 60 * 4
    for example in spans:
        wanted = r"crowns" if example.source == "squad_train_pieces" else "the town council"
        assert example.answer.endswith(wanted)
        assert example.answer == example.passage[example.start : example.end]


def test_the_same_files_each_time(folder: Path, work: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path)
    for file in sorted(work.glob("*.jsonl")):
        if not file.name.startswith("mined"):
            assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name
    prepare(folder, tmp_path, seed=8)
    assert (work / "held.jsonl").read_bytes() != (tmp_path / "held.jsonl").read_bytes()


def test_counts_add_up(work: Path) -> None:
    counts = json.loads((work / "counts.json").read_text())
    assert counts["splits"] == {split: len(read_examples(work / f"{split}.jsonl")) for split in counts["splits"]}
    assert counts["sources"]["squad_train_pieces"]["judged"] == 180
    assert counts["articles"] == 60


def test_what_links_rows() -> None:
    long = "this sentence has more than the eight words needed"
    rows = [
        {"question": "a", "passage": "one.", "title": "T"},
        {"question": "b", "passage": "two.", "title": "t"},
        {"question": "c", "passage": f"Two of these. {long}. End.", "title": None},
        {"question": "d", "passage": f"{long.upper()}!", "title": None},
        {"question": "what was built by the town", "passage": "three.", "title": None},
        {"question": "What was built by the town?", "passage": "four.", "title": None},
        {"question": "what is it", "passage": "five.", "title": None},
        {"question": "what is it", "passage": "six.", "title": None},
    ]
    a = link(rows)
    assert a[0] == a[1] and a[2] == a[3] and a[4] == a[5]
    assert len({a[0], a[2], a[4], a[6], a[7]}) == 5


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("xy")), max_size=60), st.integers(0, 5))
def test_every_article_has_one_split(pairs: list[tuple[int, str]], seed: int) -> None:
    articles = [f"{source}{number}" for number, source in pairs]
    splits = split_articles(articles, [source for _, source in pairs], seed)
    assert set(splits) == set(articles)
    held = sum(splits[a] == "held" for a in articles)
    assert held <= 0.35 * len(articles) + 2


def test_each_source_has_its_tenth() -> None:
    articles = [f"{source}{number}" for source in "xy" for number in range(200)]
    splits = split_articles(articles, [a[0] for a in articles], seed=1)
    for source in "xy":
        counts = Counter(split for article, split in splits.items() if article[0] == source)
        assert counts == {"held": 20, "dev": 4, "train": 176}


def test_an_article_larger_than_the_tenth_is_learned_from() -> None:
    articles = ["large"] * 900 + [f"small{i}" for i in range(100)]
    splits = split_articles(articles, ["x"] * 1000, seed=1)
    assert splits["large"] == "train"
    assert Counter(splits.values())["held"] == 100


def test_contradictions_and_repeats_are_dropped() -> None:
    answered, answered_span = (
        make_example("Why?", "Text.", "Text", start=None, end=None),
        make_example("why", "text", "text"),
    )
    assert without_repeats([answered, answered_span]) == [answered_span]
    assert without_repeats([answered, make_example("Why", "Text")]) == []


def test_a_set_without_a_licence_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with lzma.open(tmp_path / "train" / "found_somewhere.jsonl.xz", "wt") as file:
        file.write("{}\n")
    with pytest.raises(SourceError, match=r"found_somewhere.*licence"):
        prepare(tmp_path, tmp_path / "out")
    with pytest.raises(SourceError, match="no training sets"):
        prepare(tmp_path / "nowhere", tmp_path / "out")


def test_the_sentence_before_a_piece_is_in_its_context() -> None:
    sentences = [f"Sentence {number} of the report says what the council spent on the mill." for number in range(40)]
    row = make_row("What?", " ".join(sentences), "Sentence 30", title="Report")
    example = to_example("mlqa_dev_en", row, 1, preceded=1.0)
    assert example and example.answer == "Sentence 30"
    first = sentences.index(example.passage.split(".")[0] + ".")
    assert example.context.removeprefix("Report. ") == sentences[first - 1].rstrip(".")
    without = to_example("mlqa_dev_en", row, 1)
    assert without and without.context in {"", "Report"} and without.passage == example.passage
    whole = to_example("mlqa_dev_en", row | {"passage": "Sentence 30.", "answer_start": 0}, 1, preceded=1.0)
    assert whole and whole.context in {"", "Report"}, "nothing comes before it"


def test_a_wrong_offset_is_refused() -> None:
    row = make_row("Who?", "The council.", "council") | {"answer_start": 2}
    with pytest.raises(SourceError, match="is not at 2"):
        to_example("mlqa_dev_en", row, 1)


def test_what_may_lose_its_answer_is_left_out() -> None:
    row = make_row("Is it?", "A sentence of some words. " * 60) | {"label": 1}
    assert to_example("boolq_pieces", row, 1) is None
    short = to_example("boolq_pieces", row | {"passage": "A sentence."}, 1)
    assert short and short.relevant and short.span is None


@given(st.lists(st.integers(3, 40), min_size=1, max_size=30), st.integers(200, 800), st.floats(0, 1), st.data())
def test_windows_hold_what_they_are_cut_around(
    lengths: list[int], length: int, drawn: float, choose: st.DataObject
) -> None:
    passage = " ".join("W" + "ord " * count + "end." for count in lengths)
    start = choose.draw(st.integers(0, len(passage) - 2))
    inner = (start, min(len(passage), start + choose.draw(st.integers(1, 60))))
    cut = cut_around(passage, inner, length, drawn)
    assert cut is not None
    assert 0 <= cut[0] <= inner[0] < inner[1] <= cut[1] <= len(passage)
    assert cut[1] - cut[0] <= LONGEST
    for a, b in cut_all(passage, length):
        assert b - a <= length


def test_an_answer_longer_than_a_window_has_none() -> None:
    assert cut_around("A " * 900, (0, 1500), 800, 0.5) is None


MILL = make_example(
    "What did the Old Mill of Arden earn in 1911 from 40 largest farmers?",
    "In 1911 the Old Mill of Arden earned 900 crowns from the 40 largest farmers.",
    "900 crowns",
)
OTHER = swaps.collect_words(
    make_example(question, "Nothing.", context=context)
    for question, context in (
        ("When was the New Barn of Selby built?", "The ponds of Derby"),
        ("What did the Red Bridge of Arden cost?", ""),
        ("How many ducks live in Derby?", ""),
    )
)


@pytest.mark.parametrize("kind", [Kind.YEAR, Kind.NUMBER, Kind.NAME, Kind.OPPOSITE])
def test_what_is_swapped_in_is_not_said(kind: Kind) -> None:
    for seed in range(40):
        made = swaps.swap(MILL, kind, OTHER, random.Random(seed))
        assert made and not made.relevant and made.span is None and made.kind is kind
        assert made.passage == MILL.passage
        old, new = set(fold(MILL.question).split()), set(fold(made.question).split())
        assert new - old and old - new, "one thing is another"
        assert (old - new) <= set(fold(MILL.passage).split()), "what was replaced is said"
        assert not (new - old) & set(fold(MILL.passage).split()) - {"of"}, "what replaces it is not"


def test_a_name_that_is_partly_said_is_not_swapped_in() -> None:
    made = {swaps.swap_name(MILL, OTHER, random.Random(seed)) for seed in range(40)}
    assert made == {"What did the New Barn of Selby earn in 1911 from 40 largest farmers?"}


def test_a_name_said_in_the_other_spelling_is_not_swapped_in() -> None:
    said = make_example(
        "Who walks in Old Harbor of Arden?", "In Old Harbor of Arden, near the Centre, walk geese.", "geese"
    )
    held = swaps.collect_words([make_example("Who walks in New Center of Selby?", "Nothing.")])
    assert swaps.swap_name(said, held, random.Random(0)) is None


def test_a_mark_within_a_passage_ends_no_row(tmp_path: Path) -> None:
    example = make_example("How\u2028many?", "Line one.\u2028Line two\u0085 and 30 geese.", "30")
    write_lines(tmp_path / "rows.jsonl", [example, example])
    assert read_examples(tmp_path / "rows.jsonl") == [example, example]


def test_an_attribute_is_swapped_for_another() -> None:
    example = make_example("How many geese live on the Green?", "On the Green live 30 geese.", "30")
    assert swaps.swap_attribute(example, OTHER, random.Random(0)) == "How many ducks live on the Green?"
    general = make_example("How many people live on the Green?", "On the Green live 30 people.", "30")
    assert swaps.swap_attribute(general, OTHER, random.Random(0)) is None
    unsaid = make_example("How many birds live on the Green?", "On the Green live 30 geese.", "30")
    assert swaps.swap_attribute(unsaid, OTHER, random.Random(0)) is None


FERRY = make_example(
    "When did the Barge of Selby enter the harbour after the storm?",
    "In 1911 the Barge of Selby entered the harbour. The crew of the Scow of Arden waited by the mole.",
    "1911",
)


def swapped(example: Example, kind: Kind) -> set[str]:
    """The questions that ``kind`` makes of ``example``, for any seed."""
    made = (swaps.swap(example, kind, OTHER, random.Random(seed)) for seed in range(20))
    return {e.question for e in made if e}


def test_another_entity_of_the_passage_is_asked_about() -> None:
    assert swapped(FERRY, Kind.ENTITY) == {"When did the Scow of Arden enter the harbour after the storm?"}
    same = "In 1911 the Barge of Selby entered the harbour with the Scow of Arden."
    assert swapped(replace(FERRY, passage=same, start=3, end=7), Kind.ENTITY) == set(), "the answer is of both"


def test_roles_are_reversed() -> None:
    passage = "In 1640 the army of Selby invaded the valley of Arden."
    example = make_example("When did the army of Selby invade the valley of Arden?", passage, "1640")
    assert swapped(example, Kind.ROLES) == {"When did the army of Arden invade the valley of Selby?"}
    met = replace(example, question="When did the envoy of Selby meet the envoy of Arden?")
    assert swapped(met, Kind.ROLES) == set(), "who meets is met"


def test_another_document_is_named() -> None:
    example = replace(MILL, context="Annals of Arden")
    assert swapped(example, Kind.PLAN) == set(), "the question names it in part"
    example = make_example("What did it earn?", "It earned 9 crowns.", "9 crowns", context="Annals of Arden")
    assert swapped(example, Kind.PLAN) == {"According to The ponds of Derby, what did it earn?"}
    named = mine.with_document_named([example] * 300, seed=7)
    assert all(e.relevant and e.question == "According to Annals of Arden, what did it earn?" for e in named)


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("When was the mill built by Selby closed?", "When was the mill built by Selby not closed?"),
        ("When was the mill closed?", "When was the mill not closed?"),
        ("Which mill is used?", "Which mill is not used?"),
        ("What did the owner of the mill give to the town?", "What did the owner of the mill not give to the town?"),
        ("Who owned the mill?", "Who never owned the mill?"),
        ("What rules does the town use?", None),
        ("Why was it not closed?", None),
    ],
)
def test_what_is_negated(question: str, negated: str | None) -> None:
    example = make_example(question, "The mill closed in 1911.", "1911")
    assert swapped(example, Kind.NEGATION) == ({negated} if negated else set())
    denied = make_example(question, "The mill never closed before 1911.", "1911")
    assert swapped(denied, Kind.NEGATION) == set(), "the passage says what is not so"


def test_what_must_be_may_be() -> None:
    may = make_example("What may the town do?", "The town may sell the mill.", "sell the mill")
    assert swapped(may, Kind.OPPOSITE) == {"What must the town do?"}
    must = make_example("What must the town do?", "The town must sell the mill.", "sell the mill")
    assert swapped(must, Kind.OPPOSITE) == set()


CHINESE = make_example(
    "2015年《渡口志》记载的最大的渡船是谁建造的？",
    "2015年的《渡口志》记载，全县最大的渡船是王家造的，载客30人。另有《桥梁志》一卷。",
    "王家",
    source="cmrc2018_zh",
)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (Kind.YEAR, "2015", r"20[012]\d"),
        (Kind.ENTITY, "《渡口志》", "《桥梁志》"),
        (Kind.OPPOSITE, "最大", "最小"),
        (Kind.NEGATION, "是谁", "不是谁"),
    ],
)
def test_a_chinese_question_is_swapped(kind: Kind, old: str, new: str) -> None:
    found = swapped(CHINESE, kind)
    assert found and CHINESE.question not in found
    before, after = map(re.escape, CHINESE.question.split(old))
    assert all(re.fullmatch(f"{before}{new}{after}", question) for question in found)


def test_chinese_opposites_are_of_the_passages_script() -> None:
    traditional = make_example("哪一年開始收費？", "1950年開始收費，後來學生免費。", "1950年")
    assert swapped(traditional, Kind.OPPOSITE) == {"哪一年結束收費？"}
    simple = make_example("哪一年开始收费？", "1950年开始收费。", "1950年")
    assert swapped(simple, Kind.OPPOSITE) == {"哪一年结束收费？"}


def test_traditional_characters_become_simplified_where_the_answer_stays() -> None:
    row = make_row("誰開創了學術研究？", "漢學的研究由德國學者開創。", "德國學者")
    found = simplified(row)
    assert (found["question"], found["answer_text"]) == ("谁开创了学术研究？", "德国学者")
    assert found["passage"] == "汉学的研究由德国学者开创。"
    assert found["passage"][found["answer_start"] :][:4] == found["answer_text"]
    assert simplified(row | {"answer_start": None, "answer_text": None})["passage"] == found["passage"]


def test_half_of_a_traditional_set_is_simplified(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with lzma.open(tmp_path / "train" / "drcd_zh_hant.jsonl.xz", "wt", encoding="utf-8") as file:
        for number in range(200):
            file.write(json.dumps(make_row("誰？", f"第{number}個德國學者。", "德國學者")) + "\n")
    ((_, rows),) = read_sets(tmp_path)
    assert 70 < sum("国" in row["passage"] for row in rows) < 130
    for row in rows:
        assert to_example("drcd_zh_hant", row, 1).answer in {"德國學者", "德国学者"}  # type: ignore[union-attr]


def test_a_chinese_window_is_shorter(tmp_path: Path) -> None:
    passage = "这一句话有十几个字说的是渡船。" * 60
    for number in range(20):
        example = to_example("cmrc2018_zh", make_row(f"第{number}问？", passage, "渡船"), 1)
        assert example and example.answer == "渡船" and len(example.passage) <= LONGEST_CHINESE


@pytest.mark.parametrize(
    "passage",
    [
        "Since 1911 it earned 900 crowns a year.",
        "From 1905 to 1911 it earned 900 crowns.",
        "It earned 900 crowns in 1905-1911.",
        "In the 1910s, as in 1911, it earned 900 crowns.",
        "It earned 900 crowns that year.",
    ],
)
def test_a_year_among_many_is_not_swapped(passage: str) -> None:
    example = make_example("What did it earn in 1911?", passage, "900 crowns")
    assert swaps.swap_year(example, OTHER, random.Random(0)) is None


def test_the_answer_itself_is_not_swapped() -> None:
    example = make_example("Was 1911 the year of the fire?", "The fire was in 1911.", "1911")
    assert swaps.swap_year(example, OTHER, random.Random(0)) is None


def test_a_piece_that_holds_the_answer() -> None:
    example = make_example("How much?", "It cost 900 crowns.", "900 crowns")
    assert mine.holds_answer(Piece("They paid 900 Crowns, no less.", "", "x"), example)
    assert not mine.holds_answer(Piece("They paid 1900 crowns.", "", "x"), example)
    chinese = make_example("何时？", "该校建于1940年代。", "1940年代")
    assert mine.holds_answer(Piece("学校在1940年代成立。", "", "x"), chinese)
    assert not mine.holds_answer(Piece("学校在1950年代成立。", "", "x"), chinese)
    long = make_example("Why?", "Because the harvest of the valley failed.", "the harvest of the valley failed")
    assert mine.holds_answer(Piece("The valley failed in the harvest.", "", "x"), long)


def test_kinds_share_what_is_wanted() -> None:
    offered = {Kind.YEAR: [MILL] * 2, Kind.NAME: [MILL] * 50, Kind.RETRIEVED: [MILL] * 9}
    assert len(mine.choose(offered, 20)) == 20
    assert len(mine.choose(offered, 100)) == 61
    assert mine.choose({kind: [] for kind in offered}, 5) == []


def test_mined_negatives_do_not_answer(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = FakeEncoder()
    monkeypatch.setattr("indexer.library.facade.load_encoder", lambda *arguments, **options: encoder)
    counts = mine.mine(work, "held", share=0.7, questions=100)
    given_, mined = read_examples(work / "held.jsonl"), read_examples(work / "mined-held.jsonl")
    share = sum(not e.relevant for e in given_ + mined) / len(given_ + mined)
    assert share == pytest.approx(0.7, abs=0.02)
    assert {Kind.RETRIEVED, Kind.SAME_ARTICLE, Kind.YEAR} <= {e.kind for e in mined}
    answers = {e.question: e.answer for e in given_ if e.span}
    articles = {e.article for e in given_}
    for example in mined:
        assert example.article in articles and not example.relevant
        if example.kind in {Kind.RETRIEVED, Kind.SAME_ARTICLE}:
            assert fold(answers[example.question]) not in fold(example.passage)
    first = (work / "mined-held.jsonl").read_bytes()
    assert mine.mine(work, "held", share=0.7, questions=100) == counts
    assert (work / "mined-held.jsonl").read_bytes() == first


def test_work_that_was_not_prepared(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Run training\.prepare"):
        mine.mine(tmp_path, "train")


def test_examples_come_back_as_they_were(work: Path, tmp_path: Path) -> None:
    from training.examples import write_lines

    examples: list[Example] = read_examples(work / "train.jsonl")
    write_lines(tmp_path / "again.jsonl", examples)
    assert read_examples(tmp_path / "again.jsonl") == examples
