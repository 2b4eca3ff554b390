"""Fixtures for all tests: encoders, libraries, and the evaluation data where there is any."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import Ran, Run
from fakes import FakeEncoder
from filelock import FileLock
from hypothesis import HealthCheck, settings
from scheduling import Scheduling

from indexer import cli
from indexer.encoding import Encoder
from indexer.library import Library

REPOSITORY = Path(__file__).resolve().parent.parent
CORPUS = REPOSITORY / "corpus"

# Without a deadline: the first example of a test may load a model or build an index.
settings.register_profile(
    "plancite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("plancite")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def data_folder() -> Path | None:
    """The folder of evaluation data, ``$PLANCITE_DATA`` or ``shared`` beside the checkout; None without one."""
    given = os.environ.get("PLANCITE_DATA")
    folder = Path(given) if given else REPOSITORY.parent / "shared"
    return folder if (folder / "plans").is_dir() else None


#: Folder of tests -> their marker; `make quick` leaves these out, and tests with a real model or Milvus.
_MARKERS = {"browser": "browser", "faults": "faults", "training": "training"}
_SLOW_FIXTURES = frozenset({"encoder", "reference", "tiny_model"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by folder, and those that use a real model or Milvus as slow.

    Without the evaluation data, tests marked real are deselected, and the header says so.
    """
    for item in items:
        folder = item.path.parent.name
        if folder in _MARKERS:
            item.add_marker(_MARKERS[folder])
        if "milvus" in item.nodeid or not _SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    if not data_folder():
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("real")])
        items[:] = [item for item in items if not item.get_closest_marker("real")]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return Scheduling(config, log)


def pytest_report_header() -> str:
    return _data_line()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The header is not shown in quiet runs; that tests were left out must be."""
    if not data_folder():
        terminalreporter.write_line(_data_line())


def _data_line() -> str:
    if data_folder():
        return "evaluation data: found, tests marked real are run"
    return "evaluation data: none ($PLANCITE_DATA), tests marked real are left out"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of evaluation data; only for tests marked real."""
    folder = data_folder()
    assert folder, "a test that uses the evaluation data must be marked real"
    return folder


@pytest.fixture
def fake_encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def open_library(tmp_path: Path, fake_encoder: FakeEncoder) -> Iterator[Callable[..., Library]]:
    """Opens the library in ``tmp_path / "library"`` with the fake encoder, closing it after the test."""
    opened: list[Library] = []

    def opens(encoder: Encoder = fake_encoder, notify: Callable[[str], None] = lambda line: None) -> Library:
        library = Library.open(tmp_path / "library", create=True, encoder=encoder, notify=notify)
        opened.append(library)
        return library

    yield opens
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Callable[..., Library]) -> Library:
    """An empty library in a temporary folder, with the fake encoder."""
    return open_library()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The model that comes with the package."""
    from indexer.encoding.loading import load_encoder

    return load_encoder()


@pytest.fixture(scope="session")
def sample_folder(shared_folder: Path, encoder: Encoder) -> Path:
    """The folder of a library of the sample plans, indexed once per run; not to be changed."""
    folder = shared_folder / "sample" / "library"
    with FileLock(shared_folder / "sample.lock"):
        if not folder.exists():
            made = folder.with_name("made")
            with Library.open(made, create=True, encoder=encoder) as library:
                reports = library.add(sorted(p for p in CORPUS.iterdir() if p.is_file()))
            assert [r.status for r in reports] == ["added"] * 3
            made.rename(folder)
    return folder


@pytest.fixture(scope="session")
def sample_library(sample_folder: Path, encoder: Encoder) -> Iterator[Library]:
    """The library of the sample plans, open; not to be changed."""
    with Library.open(sample_folder, encoder=encoder) as library:
        yield library


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``plancite`` in this process, with these arguments and this text on standard input."""

    def runs(*arguments: object, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["plancite", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        return Ran(code, *capsys.readouterr())

    return runs


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    """The fake encoder, in the place of any model."""
    encoder = FakeEncoder()
    monkeypatch.setattr("indexer.library.facade.load_encoder", lambda *arguments, **options: encoder)
    return encoder
