"""Fixtures for the API: a client of it, on a small library with the fake encoder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeEncoder
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from indexer.api.application import api_app
from indexer.api.routes import PREFIX
from indexer.library import Library
from indexer.library.limits import QuestionLimits

CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@pytest.fixture
def limits() -> QuestionLimits:
    return QuestionLimits(running=2, most=3, most_a_client=2, patience=5)


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of the sample plans, made once; not to be changed."""
    folder = tmp_path_factory.mktemp("filled") / "library"
    with Library.open(folder, create=True, encoder=FakeEncoder()) as library:
        assert [report.status for report in library.add(path for path in CORPUS.iterdir() if path.is_file())] == [
            "added"
        ] * 3
    return folder


@pytest.fixture
def filled(filled_folder: Path, tmp_path: Path, open_library: Callable[..., Library]) -> Library:
    """A library of the sample plans of its own: liaoning (PDF), national, sichuan."""
    shutil.copytree(filled_folder, tmp_path / "library")
    return open_library()


@pytest.fixture
def client(filled: Library, limits: QuestionLimits) -> Iterator[TestClient]:
    app = Starlette(routes=[Mount(PREFIX, api_app(lambda: filled, limits))])
    with TestClient(app, base_url=f"http://localhost{PREFIX}/", raise_server_exceptions=False) as client:
        yield client
