"""What is kept for a backend until its generation changes."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from fakes import FakeEncoder, make_content

from indexer.asking.naming import plan_names
from indexer.storage import Backend, per_generation
from indexer.storage.local import LocalBackend

MODEL = ("fake", "fake@1")


def test_it_is_read_once_a_generation(tmp_path: Path, fake_encoder: FakeEncoder) -> None:
    reads: list[int] = []

    @per_generation
    def plans(backend: Backend) -> list[str]:
        reads.append(backend.generation)
        return [info.id for info in backend.plans()]

    one, other = (LocalBackend(tmp_path / name, create=True) for name in ("one", "other"))
    assert plans(one) == plans(one) == plans(other) == []
    one.add(make_content("anhui", ["kilns"], fake_encoder), MODEL)
    assert plans(one) == plans(one) == ["anhui"]
    assert plans(other) == []
    assert reads == [0, 0, 1]


def test_it_keeps_no_backend(tmp_path: Path) -> None:
    backend = LocalBackend(tmp_path / "library", create=True)
    assert not plan_names(backend).find("the anhui plan").plans
    seen = weakref.ref(backend)
    del backend
    gc.collect()
    assert seen() is None
