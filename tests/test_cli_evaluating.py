"""The office's own questions: what is measured, what a gate lets through, and the lines that are written while working."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import Run
from fakes import FakeEncoder

from indexer.cli.evaluating import evaluate, summary
from indexer.errors import SourceError
from indexer.evaluation import bootstrap
from indexer.library import Library
from indexer.library.judgements import Judgement, judgements_file, read_judgements, record_judgement
from indexer.types import Answer

KILNS = "Kilns of the old kind close by 2030."
COAL = "Coal power stations stop in 2035."


@pytest.fixture
def filled(library: Library, tmp_path: Path) -> Library:
    (tmp_path / "county.txt").write_text(f"{KILNS} {COAL}")
    library.add(tmp_path / "county.txt")
    return library


def write(path: Path, *entries: object) -> Path:
    path.write_text("\n".join(e if isinstance(e, str) else json.dumps(e) for e in entries), "utf-8")
    return path


def test_each_kind_of_question_is_measured_by_what_it_tells(filled: Library) -> None:
    values = evaluate(
        filled,
        [
            Judgement(
                "When do kilns of the old kind close?", quote="kilns of the old kind CLOSE"
            ),  # a part of it, folded
            Judgement("Who invented the telephone?", unanswerable=True),
            Judgement("When do kilns of the old kind close?", ("county",), wrong=COAL),
        ],
    )
    assert list(values.values()) == [
        {"hit@1": 1.0, "hit@10": 1.0, "mrr@10": 1.0, "answered": 1.0},
        {"refused": 1.0},
        {"avoided": 1.0},
    ]


def test_the_interval_of_the_mean_is_that_of_a_coin() -> None:
    low, high = bootstrap([0.0, 1.0] * 50)
    assert low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02) and high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)
    assert bootstrap([1.0] * 5) == (1.0, 1.0)
    wide, narrow = bootstrap([0.0, 1.0] * 5), bootstrap([0.0, 1.0] * 200)
    assert wide[1] - wide[0] > 4 * (narrow[1] - narrow[0])  # twenty questions do not decide


def test_a_change_counts_the_questions_of_both_runs() -> None:
    before = {"a": {"hit@1": 1.0}, "b": {"hit@1": 1.0}, "gone": {"hit@1": 0.0}}
    found = summary({"a": {"hit@1": 1.0}, "b": {"hit@1": 0.0}, "new": {"hit@1": 1.0}}, before)["hit@1"]
    assert found["value"] == pytest.approx(2 / 3) and found["change"] == -0.5
    assert found["change_interval"][0] == -1.0 and found["change_interval"][1] == 0.0


@pytest.mark.usefixtures("fake")
def test_a_worse_run_is_stopped_at_the_gate(filled: Library, tmp_path: Path, run: Run) -> None:
    place = filled.backend.location
    asked = write(tmp_path / "asked.jsonl", {"question": "When do kilns of the old kind close?", "quote": KILNS})
    saved = tmp_path / "before.json"
    first = run("eval", asked, "--library", place, "--save", saved, "--gate", "hit@1=0.9")
    assert first.code == 0, first.err
    assert "hit@1     1.000 (1.000 to 1.000) of 1" in first.out
    (tmp_path / "county.txt").write_text("Nothing of the kind is said here any more.")
    filled.add(tmp_path / "county.txt")
    worse = run("eval", asked, "--library", place, "--against", saved, "--gate", "hit@1=-0.02")
    assert worse.code == 1 and "hit@1 has changed by -1.000" in worse.out
    assert run("eval", asked, "--library", place, "--gate", "hit@1=0.9").code == 1
    (objects,) = run("eval", asked, "--library", place, "--json").objects
    assert objects["hit@1"]["value"] == 0.0


def test_a_worse_model_is_not_switched_to_unasked(filled: Library, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    record_judgement(filled.backend, Judgement("When do kilns of the old kind close?", quote=KILNS))
    ask = Library.ask

    def load(source: str | None = None, *given: object, **options: object) -> FakeEncoder:
        return FakeEncoder(fingerprint="other@1") if source == "other" else FakeEncoder()

    def answers(library: Library, question: str, **options: Any) -> Answer:
        found = ask(library, question, **options)  # the other model finds nothing
        return (
            replace(found, sentences=(), citations=(), hits=()) if library.encoder.fingerprint == "other@1" else found
        )

    monkeypatch.setattr("indexer.library.facade.load_encoder", load)
    monkeypatch.setattr(Library, "ask", answers)
    place = filled.backend.location
    refused = run("rebuild", "--model", "other", "--library", place, "--quiet")
    assert refused.code == 2 and "worse by hit@1, hit@10, mrr@10, answered" in refused.err and "--yes" in refused.err
    assert filled.backend.model == ("fake", "fake@1")
    assert run("rebuild", "--model", "other", "--library", place, "--quiet", "--yes").code == 0
    assert filled.backend.model == ("fake", "other@1")


@pytest.mark.usefixtures("fake")
def test_questions_on_plans_that_are_gone_are_left_out_and_counted(filled: Library, run: Run, tmp_path: Path) -> None:
    place = filled.backend.location
    (tmp_path / "gone.txt").write_text("Old mines close by 2027.")
    filled.add(tmp_path / "gone.txt")
    record_judgement(filled.backend, Judgement("When do mines close?", ("gone",), quote="Old mines close by 2027."))
    filled.remove("gone")
    left_out = "1 question on plans that are gone was left out."
    none = run("eval", "--library", place)
    assert none.code == 2 and left_out in none.err and "No question is left" in none.err
    assert run("rebuild", "--model", "fake", "--library", place, "--quiet").code == 0
    record_judgement(filled.backend, Judgement("When do kilns of the old kind close?", ("county",), quote=KILNS))
    some = run("eval", "--library", place)
    assert some.code == 0 and left_out in some.err and "hit@1     1.000 (1.000 to 1.000) of 1" in some.out
    rebuilt = run("rebuild", "--model", "fake", "--library", place)
    assert rebuilt.code == 0 and left_out in rebuilt.err and "hit@1     1.000" in rebuilt.out


@pytest.mark.usefixtures("fake")
def test_without_a_judgement_a_model_is_switched_to_unasked(filled: Library, run: Run) -> None:
    judgements_file(filled.backend).write_text("\n")
    done = run("rebuild", "--model", "fake", "--library", filled.backend.location)
    assert done.code == 0 and done.out == "Rebuilt.\n", done.err
    assert "holds no question" in run("eval", "--library", filled.backend.location).err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--gate", "speed=1"], "Measures: hit@1"),
        (["--gate", "hit@1=much"], "Measures: hit@1"),
        (["--gate", "hit@1=-0.1"], "--against"),
        (["--against", "none.json"], "--save"),
    ],
)
def test_options_that_make_no_sense_are_refused(filled: Library, run: Run, arguments: list[str], told: str) -> None:
    refused = run("eval", "--library", filled.backend.location, *arguments)
    assert refused.code == 2 and told in refused.err and refused.err.count("\n") == 1


@pytest.mark.parametrize(
    "line",
    ["[]", "{", '{"question": "a"}', '{"question": " ", "quote": "x"}', '{"question": "a", "quote": 3}',
     '{"question": "a", "quote": "x", "unanswerable": true}', '{"question": "a", "plans": [1], "quote": "x"}'],
)  # fmt: skip
def test_a_line_that_says_nothing_is_named(tmp_path: Path, line: str) -> None:
    good = {"question": "a", "quote": "b"}
    with pytest.raises(SourceError, match=r"asked\.jsonl, line 2: give a question"):
        read_judgements(write(tmp_path / "asked.jsonl", good, line))


def test_what_is_deleted_for_good_is_quoted_no_more(filled: Library) -> None:
    for quote in (KILNS, "Words of another plan."):
        record_judgement(filled.backend, Judgement(f"What of {quote}?", quote=quote))
    filled.remove("county")
    assert len(read_judgements(judgements_file(filled.backend))) == 2
    filled.remove("county", purge=True)
    assert [each.quote for each in read_judgements(judgements_file(filled.backend))] == ["Words of another plan."]


def test_lines_written_while_working_are_read_again_and_the_later_counts(filled: Library) -> None:
    record_judgement(filled.backend, Judgement("水泥？", ("county",), quote="第一"))
    threads = [
        threading.Thread(target=record_judgement, args=(filled.backend, Judgement(f"q{n}", quote="x" * 500)))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record_judgement(filled.backend, Judgement("水泥？", ("county",), quote="第二"))
    found = read_judgements(judgements_file(filled.backend))
    assert len(found) == 21 and found[0] == Judgement("水泥？", ("county",), quote="第二")
