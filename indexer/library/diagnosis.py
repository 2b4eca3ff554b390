"""The installed packages, the model and the library, and whether they work together: ``plancite doctor``."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

from indexer.errors import IndexerError

_PACKAGES = (
    "onnxruntime", "faiss-cpu", "tantivy", "sentence-transformers", "torch", "pypdf", "pypdfium2", "streamlit",
)  # fmt: skip


def diagnose(location: str, notify: Callable[[str], None]) -> Iterator[tuple[bool, str]]:
    """(whether it is well, one line) for each thing checked."""
    from indexer.encoding.loading import cache_folder
    from indexer.library import Library

    yield True, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    for package in _PACKAGES:
        try:
            yield True, f"{package} {version(package)}"
        except PackageNotFoundError:
            yield False, f"{package} is not installed. Run: make install"
    yield True, f"exported models are kept in {cache_folder()}"
    yield _telemetry()
    try:
        with Library.open(location, notify=notify) as library:
            plans = library.plans()
            passages = sum(p.passages for p in plans)
            generation = library.backend.generation
            yield True, f"library {location}: {len(plans)} plans, {passages:,} passages, generation {generation}"
            kind = type(library.encoder).__name__
            yield True, f"model {library.encoder.fingerprint}, {library.encoder.dimension} dimensions, run by {kind}"
            reader = (
                f"reader {library.reader.fingerprint}" if library.reader else "no reader: answers are judged without"
            )
            yield True, reader
            problems = library.check()
            yield not problems, "; ".join(problems) or "the library is sound"
    except IndexerError as error:
        yield False, str(error)


def _telemetry() -> tuple[bool, str]:
    """Whether the libraries that could report their use are told not to."""
    on = [name for name in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY") if os.environ.get(name) != "1"]
    if on:
        return False, f"telemetry is on: {' and '.join(on)} must be 1. Unset them; Plancite sets them itself."
    return True, "offline: no telemetry; questions and plans stay on this machine"
