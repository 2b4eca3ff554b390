"""What goes to a cluster at once: no plan is sent twice."""

from __future__ import annotations

from pathlib import Path

from indexer.library import Library
from indexer.library.adding import PendingImport
from indexer.library.ray import _windows
from indexer.reading.files import plan_files


def test_two_files_of_one_name_or_one_content_are_not_in_one_window(library: Library, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    for name, text in (("a.txt", "Wind."), ("b.txt", "Wind."), ("c.txt", "Coal."), ("new/a.txt", "Peat.")):
        (tmp_path / name).write_text(text)
    windows = list(_windows(library.backend, plan_files([tmp_path])))
    sent = [[(e.plan_id, e.data) for e in window if isinstance(e, PendingImport)] for window in windows]
    assert sum(map(len, sent)) == 4
    for window in sent:
        assert len({name for name, _ in window}) == len({data for _, data in window}) == len(window)
