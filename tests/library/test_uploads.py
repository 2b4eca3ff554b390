"""A batch of files that is cancelled leaves the library as it was, and puts back at once what it had replaced."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.errors import LibraryError
from indexer.library import Library
from indexer.library.jobs import Job, JobQueue, Report
from indexer.library.uploads import Upload, add_uploads
from indexer.storage import Backend, PlanContent

TEXT = "Anhui Plan\n\n1. Energy\nBy 2030, the capacity of wind power will reach 13.7 GW. Cement kilns close by 2025.\n"


def add_batch(library: Library, *files: tuple[str, str], cancel_at: str = "") -> list[Report]:
    """Reports on files of a name and a text, added together and cancelled when the one of that name is begun."""
    job: Job

    def reports(job: Job) -> Any:
        began = job.progress

        def progress(name: str | None = None) -> Any:
            if cancel_at and name == cancel_at:
                job.cancel()
            return began(name)

        job.progress = progress  # type: ignore[method-assign]
        return add_uploads(library, [Upload(name, text.encode()) for name, text in files], job)

    job = Job("Adding", reports, cancellable=True)
    queue = JobQueue()
    queue.begin(job)
    while queue.busy:
        time.sleep(0.01)
    return list(job.task.look())


def stored(backend: Backend, plan: str) -> tuple[object, ...]:
    content = backend.content(plan)
    parts = (content.plan, content.passages, content.indexed, content.names, content.targets, content.word_vectors)
    return tuple(map(str, parts)), np.asarray(content.vectors).tobytes()


@pytest.fixture(params=["local", "milvus"])
def held(request: pytest.FixtureRequest, tmp_path: Path, fake_encoder: FakeEncoder) -> Any:
    """A library of one plan."""
    place = tmp_path / ("library" if request.param == "local" else "library.db")
    with Library.open(place, create=True, encoder=fake_encoder) as library:
        assert [r.status for r in add_batch(library, ("anhui.txt", TEXT))] == ["added"]
        yield library


def test_what_was_replaced_is_put_back_without_embedding(held: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.library.editing.embed_plan", None)
    before = stored(held.backend, "anhui")
    files = [("anhui.txt", TEXT + "Forests grow.\n"), ("henan.txt", "Henan Plan\n\nWetlands are kept.\n")]
    reports = add_batch(held, *files, cancel_at="henan.txt")
    assert [(r.name, r.status, r.detail) for r in reports[-2:]] == [
        ("henan.txt", "cancelled", "not added"),
        ("anhui.txt", "cancelled", "the earlier version is back"),
    ]
    assert stored(held.backend, "anhui") == before
    assert held.ask("Which kilns close by 2025?").hits
    assert held.check() == []


def test_what_could_not_be_kept_is_embedded(held: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored(held.backend, "anhui")

    def fails(plan_id: str) -> PlanContent:
        raise LibraryError("The text has changed on disk.")

    files = [("anhui.txt", TEXT + "Forests grow.\n"), ("henan.txt", "Henan Plan\n\nWetlands are kept.\n")]
    with monkeypatch.context() as patched:
        patched.setattr(type(held.backend), "content", lambda self, plan_id: fails(plan_id))
        assert add_batch(held, *files, cancel_at="henan.txt")[-1].detail == "the earlier version is back"
    assert stored(held.backend, "anhui") == before
