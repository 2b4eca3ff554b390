"""The benchmarks' own measures: rows are read whole, and a gold figure is met by itself alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "benchmarks"))
from calibrate import surest  # noqa: E402
from compare import measure_cells  # noqa: E402
from quality import read_rows  # noqa: E402


def test_a_mark_within_a_question_ends_no_row(tmp_path: Path) -> None:
    rows = [{"question": "How\u2028many\u0085?"}, {"question": "Why?"}]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n\n", "utf-8")
    assert read_rows(tmp_path / "rows.jsonl") == rows


def test_a_gold_figure_is_not_met_by_another_that_ends_like_it() -> None:
    said = {"a": "The share grows by 15%.", "b": "The share grows by 5%."}
    cells = [
        SimpleNamespace(plan=plan, answer=SimpleNamespace(sentences=[SimpleNamespace(text=text)]))
        for plan, text in said.items()
    ]
    library: Any = SimpleNamespace(
        plans=lambda: [SimpleNamespace(id=plan) for plan in said],
        compare=lambda question, plans: SimpleNamespace(cells=cells),
    )
    row = {"id": "c1", "kind": "compare", "question": "How much?", "plans": {"a": "5%", "b": "5%"}}
    assert measure_cells(library, [row]) == {"compared: cells hold the string (of 2)": 0.5}


def test_a_sentence_states_the_answer_from_where_enough_do() -> None:
    scores, right = np.array([0.5, 3.0, 2.0, 1.0]), np.array([False, True, False, True])
    assert surest(scores, right, 0.6) == 1.0  # two of three
    assert surest(scores, right, 0.7) == 3.0
    assert surest(scores, ~right, 1.0) == 3.0  # none from anywhere
