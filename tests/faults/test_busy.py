"""While the worst files are added, the server answers others as it usually does."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import pytest
from busy import while_added
from hostile_files import hostile


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc says what the server itself has taken")
def test_health_and_questions_take_their_usual_time_while_hostile_files_are_added(tmp_path: Path) -> None:
    wanted = ("run3.txt", "marks.txt", "forms.pdf")  # patterns, one call that keeps the interpreter, a parser in C
    files = [(name, data) for name, data in hostile() if name in wanted]
    assert len(files) == len(wanted)
    told = while_added(tmp_path / "served", files, longest=6.0, judged=median, usually_busy=True)
    # two seconds on a machine of its own (benchmarks/faults.py), more beside other tests
    assert [wrong for wrong in told["wrong"] if not wrong.endswith("cancelled late")] == [], told
    assert all(taken < 15 for name, taken in told.items() if name.endswith("cancel to free s")), told
