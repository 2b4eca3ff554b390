"""Figures by hand, and the card that shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import make_example

from indexer.encoding.answer_reader import ReaderInput, SpanPrediction, encode_pairs
from indexer.types import Answer, AnswerSentence, Citation
from training.agree import TrainedReader, compare_answers
from training.card import write_card
from training.evaluate import left_out_scores, measure_held, refusal
from training.examples import Kind, write_lines
from training.export import agreement
from training.model import Reader, read
from training.spans import exact, overlap


@pytest.mark.parametrize(
    ("text", "gold", "same", "f1"),
    [
        ("The Town Council.", "town council", True, 1.0),
        ("the old town council", "town council", False, 2 * 2 / 5),
        ("mayor", "town council", False, 0.0),
        ("", "town", False, 0.0),
        ("the", "", True, 1.0),
        ("no no", "no", False, 2 / 3),
        ("《三十年》，", "三十年", True, 1.0),
        ("三十年", "三十五年", False, 6 / 7),
        ("在2030年", "2030 年", False, 4 / 5),
    ],
)
def test_answers_are_compared_as_squad_does(text: str, gold: str, same: bool, f1: float) -> None:
    assert exact(text, gold) is same
    assert overlap(text, gold) == pytest.approx(f1)


def test_held_figures_by_hand() -> None:
    passage = "The town council opened it in 1911."
    examples = [
        make_example("Who?", passage, "town council"),
        make_example("When?", passage, "1911"),
        make_example("Is it open?", passage, "The", start=None, end=None),
        make_example("Who else?", passage),
        make_example("When not?", passage, kind=Kind.YEAR),
    ]
    readings = [
        SpanPrediction((4, 16), 4.0, 1.0),  # 3: right
        SpanPrediction((4, 16), 2.0, -2.0),  # -1: wrong, and thought unanswered
        SpanPrediction(None, -2.0, 3.0),  # 2: no span is asked for
        SpanPrediction((0, 3), -2.0, -3.0),  # -4
        SpanPrediction((0, 3), 0.0, 1.0),  # 1: taken in
    ]
    figures = measure_held(examples, readings)
    assert figures["span"] == {"answers": 2, "EM": 0.5, "F1": 0.5}
    assert figures["span by source"] == {"squad_train_pieces": figures["span"]}
    assert figures["accuracy on unanswered"] == 0.5
    assert figures["accuracy on answered"] == pytest.approx(2 / 3)
    assert figures["refusal"]["AUROC"] == pytest.approx(5 / 6)
    assert figures["refusal by relevance alone"]["AUROC"] == pytest.approx((2 + 1 + 1 + 0.5) / 6)
    assert figures["refusal by kind"][str(Kind.YEAR)]["AUROC"] == pytest.approx(2 / 3)


def test_near_misses_are_judged_among_their_own_sets() -> None:
    clapnq: dict[str, Any] = {"source": "clapnq_dev"}
    examples = [
        make_example("Who?", "The council.", "council", source="squad2_dev_otherhalf"),
        make_example("Who not?", "The council.", source="squad2_dev_otherhalf"),
        make_example("Which?", "The council.", "council", **clapnq),
        make_example("Which not?", "The council.", **clapnq),
        make_example("Which year?", "The council.", kind=Kind.YEAR, **clapnq),
        make_example("Where?", "The council.", "council", source="mlqa_dev_en"),
    ]
    scores = [1.0, 2.0, 3.0, 0.0, 9.0, -9.0]
    figures = measure_held(examples, [SpanPrediction((4, 11), 0.0, score) for score in scores])["near misses"]
    assert set(figures) == {"together", "clapnq_dev", "squad2_dev_otherhalf"}
    assert figures["squad2_dev_otherhalf"]["AUROC"] == 0.0 and figures["clapnq_dev"]["AUROC"] == 1.0
    assert figures["together"]["AUROC"] == 3 / 4, "made ones and other sets are left out"
    assert figures["together"]["refused at 95 % kept"] == 0.5


def test_nothing_to_refuse() -> None:
    assert refusal([], [1.0]) == refusal([1.0], []) == {}


def test_the_judged_is_left_out() -> None:
    # noise that a model with the judged row in it would partly learn: left out, it predicts the opposite
    features = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    wanted = np.array([True, False, True, False])
    scores = left_out_scores(features, wanted)
    assert all((score > 0) != is_so for score, is_so in zip(scores, wanted, strict=True))
    clear = np.array([[x] for x in (*range(1, 11), *range(-10, 0))], dtype=float)
    scores = left_out_scores(clear, clear[:, 0] > 0)
    assert min(scores[:10]) > 0 > max(scores[10:])


def test_agreement_by_hand() -> None:
    reference = [
        SpanPrediction((0, 1), 4, 1),
        SpanPrediction((0, 2), 4, 1),
        SpanPrediction((0, 3), -4, -1),
        SpanPrediction(None, -9, -1),
    ]
    exported = [
        SpanPrediction((0, 1), 4, 1.5),
        SpanPrediction((1, 2), 4, 1),
        SpanPrediction((5, 6), -4, -1),
        SpanPrediction((2, 3), 9, -1),
    ]
    found = agreement(reference, exported)
    assert (found.pairs, found.same_span, found.same_verdict, found.relevance_apart) == (4, 0.5, 0.75, 0.125)


def test_answers_are_the_same_sentence_by_sentence() -> None:
    def answer(*spans: tuple[int, int]) -> Answer:
        quotes = [Citation(n, "p", "P", (), None, a, b, "x" * (b - a)) for n, (a, b) in enumerate(spans, 1)]
        return Answer("q", 9, tuple(AnswerSentence(c.quote, c.n) for c in quotes), tuple(quotes))

    first, second = (3, 9), (20, 30)
    both = [
        (answer(first), answer(first)),
        (answer(first), answer(first, second)),
        (answer(first), answer()),
        (answer(), answer()),
    ]
    assert compare_answers(both) == {"questions": 4, "same answer": 0.5, "same verdict": 0.75}


def test_the_trained_reader_reads_as_it_was_trained(reader: Reader, tokenizer: Any) -> None:
    passage = "the city wuhan has built nine kilns . there are ferries in jinan ."
    question, context = "how many kilns are there in wuhan ?", "city"
    trained = TrainedReader(reader, tokenizer)
    [whole] = read(reader, encode_pairs(tokenizer, [question], [context], [passage]))
    ((every, second),) = trained.read(
        question, [ReaderInput(context, passage, [(0, len(passage)), (37, len(passage))])]
    )
    assert every == whole
    assert second.relevance == whole.relevance and second.span and 37 <= second.span[0] < second.span[1]
    assert second.margin <= whole.margin


@pytest.mark.parametrize("measured", [True, False])
def test_the_card_names_data_licences_and_figures(tmp_path: Path, measured: bool) -> None:
    example = make_example("Who?", "The council.", "council")
    write_lines(tmp_path / "train.jsonl", [example] * 3)
    write_lines(tmp_path / "mined-train.jsonl", [make_example("Who else?", "The council.", kind=Kind.NAME)])
    run = tmp_path / "run"
    run.mkdir()
    (run / "details.json").write_text(json.dumps({"examples": 4, "seed": 7}))
    (run / "agreement.json").write_text(json.dumps({"questions": 40, "same answer": 0.975, "same verdict": 1.0}))
    if measured:
        figures = {
            "held": measure_held([example], [SpanPrediction((4, 11), 1.0, 1.0)]),
            "held, as exported": measure_held([example], [SpanPrediction((0, 3), 1.0, 1.0)]),
            "plans": {"margin": refusal([2, 3], [1])},
        }
        (run / "figures.json").write_text(json.dumps(figures))
    agreed = {"pairs": 300, "same_span": 0.97, "same_verdict": 0.99}
    details = {"fingerprint": "0a1b", "base": "a683a6d1843b7e38", "max_tokens": 224, "agreement": agreed}
    write_card(tmp_path / "README.md", work=tmp_path, run=run, details=details)
    card = (tmp_path / "README.md").read_text()
    for said in (
        "| squad_train_pieces | 3 | CC BY-SA 4.0 | SQuAD",
        "answered 3, name swapped 1",
        "- seed: 7",
        "fingerprint 0a1b",
        "the same span in 97.0%",
        "to 97.5% of 40",
        "## Calibration",
        "224 tokens",
    ):
        assert said in card
    for name in ("all", "SQuAD, both sets", "squad_train_pieces"):
        assert (f"| {name} | 1 | 1.000 | 1.000 | 0.000 | 0.000 |" in card) is measured
    assert ("| 0.73 | 1.00 | 1 |" in card) is measured  # 1 / (1 + 1/e), and it was answered
    assert ("| plans, margin | 2 | 1 | 1.000 | 1.000 | 1.000 |" in card) is measured
    assert ("Not measured" in card) is not measured
