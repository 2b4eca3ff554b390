"""Training learns, stops and goes on, and what is exported reads as what was trained."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made import make_example

from indexer.encoding.answer_reader import (
    LONGEST,
    NO_SPAN,
    Pair,
    ReaderInput,
    SpanPrediction,
    check_reader,
    encode_pairs,
    load_tokenizer,
    open_reader,
    predict_span,
    read_pairs,
)
from indexer.encoding.onnx import open_session, write_details
from indexer.errors import ModelError
from training.curriculum import JUDGED_READ, Stage, of_stage
from training.examples import Example, Kind, write_lines
from training.export import Agreement, check_agreement, export_reader
from training.items import Item, batches, to_items
from training.loss import loss_of, ranking_loss
from training.model import load_reader, may_be_answers, new_reader, pad, read, save_reader, span_logits
from training.outliers import set_apart
from training.rounding import round_weights
from training.train import FALL, Run, main, rate_at, train


def pairs_of(tokenizer: Any, examples: list[Example]) -> list[Pair]:
    return encode_pairs(
        tokenizer, [e.question for e in examples], [e.context for e in examples], [e.passage for e in examples]
    )


@pytest.fixture(scope="module")
def learned(base: Path, tokenizer: Any, twenty: list[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has seen the twenty examples over and over."""
    folder = tmp_path_factory.mktemp("run")
    run = Run(new_reader(base, 3), to_items(twenty, tokenizer), folder, epochs=60, batch=10, rate=3e-3)
    train(run, twenty, tokenizer, save=80, report=20)
    return folder


def test_it_learns_twenty_examples_by_heart(learned: Path, base: Path, tokenizer: Any, twenty: list[Example]) -> None:
    readings = read(load_reader(learned, base), pairs_of(tokenizer, twenty))
    for example, reading in zip(twenty, readings, strict=True):
        assert (reading.relevance > 0) is example.relevant
        assert (reading.margin > 0) is example.relevant
        if example.relevant:
            assert reading.span == example.span


def test_the_log_tells_of_a_falling_loss(learned: Path) -> None:
    rows = [json.loads(line) for line in (learned / "log.jsonl").read_text().splitlines()]
    losses = [row["span loss"] + row["relevance loss"] for row in rows if "span loss" in row]
    assert losses[0] > 1.0
    assert losses[-1] < 0.1
    assert rows[-1]["dev EM"] == rows[-1]["dev AUROC"] == 1.0
    assert [row["step"] for row in rows if "dev F1" in row] == [80, 120]


def test_a_resumed_run_ends_with_the_same_weights(
    base: Path, tokenizer: Any, twenty: list[Example], tmp_path: Path
) -> None:
    items = to_items(twenty, tokenizer)

    def new_run(name: str) -> Run:
        return Run(new_reader(base, 3), items, tmp_path / name, epochs=3, batch=4, accumulate=2, rate=1e-3)

    whole = new_run("whole")
    losses = [figures["span loss"] for figures in whole.advance()]
    first = new_run("parts")
    before = []
    for figures in first.advance():
        before.append(figures["span loss"])
        if first.step == 4:  # in the midst of the second epoch
            first.save()
            break
    torch.manual_seed(99)  # any draws in between
    second = new_run("parts")
    second.resume()
    after = [figures["span loss"] for figures in second.advance()]
    assert before + after == losses
    assert len(losses) == whole.steps == 9
    for one, other in zip(whole.reader.parameters(), second.reader.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_run_begins_with_the_weights_of_an_earlier_one(
    learned: Path, base: Path, twenty: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for split in ("train", "dev"):
        write_lines(tmp_path / f"{split}.jsonl", twenty)
        write_lines(tmp_path / f"mined-{split}.jsonl", [])
    (learned / "details.json").write_text('{"examples": 20}')
    command = f"train --work {tmp_path} --start {learned} --stage spans --rate 0 --batch 4 --threads 1 --precision fp32"
    monkeypatch.setattr("sys.argv", command.split())
    monkeypatch.setattr("training.train.base_folder", lambda: base)
    main()
    before, after = load_reader(learned, base), load_reader(tmp_path / "run", base)
    for one, other in zip(before.parameters(), after.parameters(), strict=True):
        assert torch.equal(one, other)
    details = json.loads((tmp_path / "run" / "details.json").read_text())
    assert details["earlier run"] == {"examples": 20} and details["stage"] == "spans"
    # an exported reader has its training's details under a name of its own
    pairs = pairs_of(load_tokenizer(base), twenty)
    export_reader(before, base / "tokenizer.json", tmp_path / "reader", pairs, pairs)
    (tmp_path / "reader" / "details.json").write_text('{"fingerprint": "f00d", "training": {"examples": 19}}')
    monkeypatch.setattr("sys.argv", command.replace(str(learned), str(tmp_path / "reader")).split())
    main()
    details = json.loads((tmp_path / "run" / "details.json").read_text())
    assert details["earlier run"] == {"examples": 19}


def test_the_first_stage_learns_spans_and_what_people_judged(twenty: list[Example]) -> None:
    answers = [replace(e, source="cmrc2018_zh") for e in twenty if e.span]
    judged = [e for e in twenty if e.kind is Kind.JUDGED]
    distractors = [replace(e, kind=Kind.DISTRACTOR) for e in judged]
    sentences = [replace(e, source="qamr_wiki") for e in answers]
    placeless = [replace(answers[0], start=None, end=None)]
    given = [*placeless, *sentences, *distractors, *judged, *answers]
    assert of_stage(given, Stage.SPANS) == [*answers, *judged * JUDGED_READ, distractors[0]]
    assert of_stage(given, Stage.ALL) == [*given, *judged * (JUDGED_READ - 1)]


def test_a_bound_keeps_the_mixture_of_a_stage(
    base: Path, twenty: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for split in ("train", "dev"):
        write_lines(tmp_path / f"{split}.jsonl", sorted(twenty, key=lambda e: not e.relevant))
        write_lines(tmp_path / f"mined-{split}.jsonl", [])
    command = f"train --work {tmp_path} --base {base} --stage spans --examples 12 --threads 1 --precision fp32"
    monkeypatch.setattr("sys.argv", command.split())
    main()
    details = json.loads((tmp_path / "run" / "details.json").read_text())
    assert details["examples"] == 12 and 4 <= details["negatives"] <= 11


def test_two_workers_take_the_same_step_as_one(
    base: Path, tokenizer: Any, twenty: list[Example], tmp_path: Path
) -> None:
    items = to_items(twenty, tokenizer)
    runs = [
        Run(new_reader(base, 3), items, tmp_path, batch=3, accumulate=10, rate=1e-3, workers=workers)
        for workers in (1, 2)
    ]
    before = runs[0].reader.heads.weight.detach().clone()
    one, two = (list(run.advance()) for run in runs)
    assert len(one) == len(two) == 1
    assert two[0]["span loss"] == pytest.approx(one[0]["span loss"], rel=1e-5)
    assert not torch.equal(runs[0].reader.heads.weight, before)
    for alone, shared in zip(runs[0].reader.parameters(), runs[1].reader.parameters(), strict=True):
        torch.testing.assert_close(alone, shared, rtol=0, atol=2e-4)


def test_word_embeddings_stay_as_they_are(learned: Path, base: Path) -> None:
    def words(reader: Any) -> Any:
        return reader.encoder.embeddings.word_embeddings.weight

    assert torch.equal(words(load_reader(learned, base)), words(new_reader(base, 3)))


def test_without_a_checkpoint_it_begins_at_the_start(
    base: Path, tokenizer: Any, twenty: list[Example], tmp_path: Path
) -> None:
    run = Run(new_reader(base, 3), to_items(twenty, tokenizer), tmp_path)
    run.resume()
    assert (run.step, run.read) == (0, 0)


def test_time_ends_a_run(
    base: Path, tokenizer: Any, twenty: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = count(step=0.5)  # read twice a step
    monkeypatch.setattr("training.train.time.perf_counter", lambda: next(clock))
    run = Run(new_reader(base, 3), to_items(twenty, tokenizer), tmp_path, epochs=10**6, batch=4, minutes=0.1)
    rates = [figures["rate"] for figures in run.advance()]
    assert (run.step, run.seconds) == (12, 6.0)
    assert rates == sorted(rates[:2]) + sorted(rates[2:], reverse=True)
    assert rates[-1] == pytest.approx(run.rate * (1 - 11 / 12) / FALL, rel=1e-3)  # the last step starts at 5.5 s of 6


def test_the_rate_rises_and_falls() -> None:
    assert rate_at(0.0) == 0.0
    assert rate_at(0.03) == pytest.approx(0.5)
    assert rate_at(0.06) == pytest.approx(1.0)
    assert rate_at(0.3) == rate_at(0.6) == 1.0
    assert rate_at(0.8) == pytest.approx(0.5)
    assert rate_at(1.0) == rate_at(1.4) == 0.0


def test_batches_hold_each_example_once_and_differ_by_epoch(tokenizer: Any, twenty: list[Example]) -> None:
    items = to_items(twenty, tokenizer)
    first, again, next_epoch = (batches(items, 4, epoch, seed=1) for epoch in (0, 0, 1))
    assert sorted(i for batch in first for i in batch) == list(range(20))
    assert first == again != next_epoch
    assert max(map(len, first)) == 4


def test_passages_of_a_question_are_in_one_batch(tokenizer: Any, twenty: list[Example]) -> None:
    items = to_items(twenty, tokenizer)  # each question has two passages
    for epoch in range(4):
        for batch in batches(items, 5, epoch, seed=1):
            assert len(batch) == 4
            assert {i // 2 for i in batch} == {i // 2 for i in batch if i % 2}
    assert sorted(map(len, batches([items[0]] * 7, 3, 0, seed=1))) == [1, 3, 3]


def test_the_ranking_loss_by_hand() -> None:
    def item(question: str, relevant: bool) -> Item:
        return Item(Pair((1,), (0,), (None,)), 0, 0, relevant, question)

    items = [item("a", True), item("a", False), item("a", False), item("b", False), item("c", True)]
    logits = torch.tensor([1.0, 2.0, -1.0, 9.0, 9.0])
    by_hand = -np.log(np.exp(1) / (np.exp(1) + np.exp(2) + np.exp(-1))) / 5
    assert ranking_loss(logits, items).item() == pytest.approx(by_hand)
    assert ranking_loss(logits[3:], items[3:]).item() == 0.0  # nothing to rank


def test_what_is_not_known_of_a_span_teaches_nothing(reader: Any, tokenizer: Any, twenty: list[Example]) -> None:
    known = to_items(twenty[:2], tokenizer)
    unknown = to_items([make_example("how many kilns ?", "forty kilns .", "forty", start=None, end=None)], tokenizer)
    reader.eval()
    span, _ = loss_of(reader, known, "cpu", bf16=False)
    both, _ = loss_of(reader, known + unknown, "cpu", bf16=False)
    alone, _ = loss_of(reader, unknown, "cpu", bf16=False)
    assert both.item() == pytest.approx(span.item(), rel=1e-5)
    assert alone.item() == 0.0


def test_the_loss_by_hand(reader: Any, tokenizer: Any, twenty: list[Example]) -> None:
    items = to_items(twenty[:1], tokenizer)
    reader.eval()
    with torch.inference_mode():
        spans, relevance = reader(*pad([items[0].pair], reader.padding))
        logits = span_logits(spans, may_be_answers([items[0].pair], spans.shape[1]))[0].numpy().astype(np.float64)
        span_loss, relevance_loss = loss_of(reader, items, "cpu", bf16=False)
    logs = logits - np.log(np.exp(logits).sum(axis=0))
    assert span_loss.item() == pytest.approx(-(logs[items[0].first, 0] + logs[items[0].last, 1]) / 2, rel=1e-4)
    assert relevance_loss.item() == pytest.approx(np.log1p(np.exp(-relevance.item())), rel=1e-4)


def test_tokens_stand_for_their_span(tokenizer: Any) -> None:
    passage = "the city lhasa has built forty kilns ."
    (pair,) = encode_pairs(tokenizer, ["how many kilns ?"], ["wuhan bridges"], [passage])
    span = (passage.index("forty"), passage.index("kilns") + 5)
    first, last = pair.tokens_of(span) or (0, 0)
    assert (pair.spans[first], pair.spans[last]) == ((25, 30), (31, 36))
    assert [passage[a:b] for a, b in filter(None, pair.spans)] == passage.split()
    assert pair.types[first] == 1 and pair.types[1] == 0


def test_an_answer_that_was_cut_off_is_left_out(tokenizer: Any) -> None:
    passage = " ".join(["the"] * LONGEST) + " forty"
    example = make_example("how many ?", passage, "forty")
    assert to_items([example], tokenizer) == []
    assert len(encode_pairs(tokenizer, ["how ?"], [""], [passage])[0].ids) == LONGEST


def test_the_best_span_by_hand() -> None:
    pair = Pair((1, 2, 3, 4, 5), (0, 0, 1, 1, 1), (None, None, (0, 3), (4, 7), (8, 9)))
    numbers = np.array([[1, 1], [90, 90], [2, 0], [1, 5], [9, 4]], dtype=np.float32)
    # 9 + 4 at the last token; 9 + 5 would end before it begins, and the question's tokens do not count
    reading = predict_span(pair, numbers, 0.5)
    assert (reading.span, reading.margin, reading.score) == ((8, 9), 13 - 2, 11 / 2 + 0.5)


def test_a_passage_of_nothing_has_no_span() -> None:
    reading = predict_span(Pair((1, 2), (0, 0), (None, None)), np.zeros((2, 2), dtype=np.float32), 1.0)
    assert reading.span is None
    assert (reading.margin, reading.relevance) == (NO_SPAN, 1.0)


def test_a_part_has_the_best_span_within_it() -> None:
    pair = Pair((1, 2, 3, 4, 5), (0, 0, 1, 1, 1), (None, None, (0, 3), (4, 7), (8, 9)))
    numbers = np.array([[1, 1], [90, 90], [2, 0], [1, 5], [9, 4]], dtype=np.float32)
    assert predict_span(pair, numbers, 0.5, (0, 7)) == SpanPrediction((0, 7), 2 + 5 - 2, 0.5)
    assert predict_span(pair, numbers, 0.5, (4, 7)) == SpanPrediction((4, 7), 1 + 5 - 2, 0.5)
    assert predict_span(pair, numbers, 0.5, (5, 8)).span is None


def test_padding_changes_nothing(reader: Any, tokenizer: Any, twenty: list[Example]) -> None:
    long = make_example("how many ?", "the city " * 40 + "has forty .", "forty")
    pairs = pairs_of(tokenizer, [twenty[0], long])
    together, alone = read(reader, pairs), [read(reader, [pair])[0] for pair in pairs]
    for one, other in zip(together, alone, strict=True):
        assert one.relevance == pytest.approx(other.relevance, abs=1e-5)
        assert one.margin == pytest.approx(other.margin, abs=1e-5)


def test_the_export_reads_as_the_model_and_is_the_same_each_time(
    learned: Path, base: Path, tokenizer: Any, twenty: list[Example], tmp_path: Path
) -> None:
    trained = load_reader(learned, base)
    pairs = pairs_of(tokenizer, twenty)
    found = export_reader(trained, base / "tokenizer.json", tmp_path / "one", pairs, pairs)
    assert (found.pairs, found.same_span, found.same_verdict) == (20, 1.0, 1.0)
    pairs = pairs_of(load_tokenizer(tmp_path / "one"), twenty)
    numbers = read_pairs(open_session(tmp_path / "one" / "model.onnx"), pairs)
    read_back = [predict_span(pair, *of_pair) for pair, of_pair in zip(pairs, numbers, strict=True)]
    assert [r.span for r in read_back if r.score >= 0] == [e.span for e in twenty if e.span]
    write_details(tmp_path / "one", {"fingerprint": "f00d"})
    app = open_reader(tmp_path / "one")
    assert app and app.fingerprint == "f00d"
    question, first = twenty[0].question, ReaderInput("", twenty[0].passage, [(0, len(twenty[0].passage)), (0, 4)])
    together = app.read(question, [first, ReaderInput("the city", twenty[1].passage, [(0, len(twenty[1].passage))])])
    assert [r.span for r in together[0]][0] == twenty[0].span  # noqa: RUF015
    assert together[0][1].margin < together[0][0].margin
    assert together[0][1].relevance == together[0][0].relevance > 0 > together[1][0].relevance
    assert app.read(question, [first]) == together[:1]  # company changes nothing
    export_reader(trained, base / "tokenizer.json", tmp_path / "two", pairs, pairs)
    one, two = (hashlib.sha256((tmp_path / name / "model.onnx").read_bytes()).hexdigest() for name in ("one", "two"))
    assert one == two


def test_a_reader_may_be_missing_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    assert open_reader(tmp_path / "none") is None
    check_reader(tmp_path / "none")
    half = tmp_path / "half"
    half.mkdir()
    with pytest.raises(ModelError, match="Install Plancite again"):
        open_reader(half)
    for name, text in (("model.onnx", "noise"), ("tokenizer.json", "{"), ("details.json", '{"fingerprint": "x"}')):
        (half / name).write_text(text)
    for said in ("does not say which files", "cannot be read .* Install Plancite again"):
        reader = open_reader(half)
        assert reader
        with pytest.raises(ModelError, match=said):
            reader.read("how many ?", [ReaderInput("", "forty kilns .", [(0, 13)])])
        write_details(half, {"fingerprint": "x"})  # as if they were the exported ones


@pytest.mark.parametrize(("same_span", "same_verdict"), [(0.8, 1.0), (1.0, 0.9), (float("nan"), 1.0)])
def test_an_export_that_reads_otherwise_is_refused(same_span: float, same_verdict: float) -> None:
    check_agreement(Agreement(300, 0.9, 0.95, relevance_apart=0.2))
    with pytest.raises(ModelError, match="does not agree"):
        check_agreement(Agreement(300, same_span, same_verdict, relevance_apart=0.2))


def test_weights_come_back_as_they_were(reader: Any, base: Path, tmp_path: Path) -> None:
    save_reader(reader, tmp_path)
    for name, value in load_reader(tmp_path, base).state_dict().items():
        assert torch.equal(value, reader.state_dict()[name]), name


def test_an_exported_reader_gives_its_weights_back(
    learned: Path, base: Path, tokenizer: Any, twenty: list[Example], tmp_path: Path
) -> None:
    trained = load_reader(learned, base)
    pairs = pairs_of(tokenizer, twenty)
    export_reader(trained, base / "tokenizer.json", tmp_path, pairs, pairs)
    back = load_reader(tmp_path, base).state_dict()
    rounded = round_weights(set_apart(trained, pairs), pairs).state_dict()
    for name, value in trained.state_dict().items():
        # int8 has 255 steps from a column's largest value down to its opposite; embeddings, one range for all
        near = value.abs().max() / 127 if value.ndim == 2 else 0
        assert torch.allclose(back[name], rounded[name], rtol=0, atol=float(near) * 1.01 + 1e-7), name
        assert (back[name] - value).abs().mean() <= 0.5 * float(near) + 1e-7, name  # and that is near what it was
    assert torch.equal(
        back["encoder.encoder.layer.1.output.LayerNorm.weight"],
        trained.encoder.encoder.layer[1].output.LayerNorm.weight,
    )
    (tmp_path / "model.onnx").write_text("noise")
    with pytest.raises(ModelError, match="cannot be read"):
        load_reader(tmp_path, base)


def test_no_reader_was_trained(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"Run training\.train"):
        load_reader(tmp_path, base)
