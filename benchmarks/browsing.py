"""The sample plans on a page of a real browser, for what is measured there."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
from conftest import BROWSER_OPTIONS, CHROMIUM, serving

from indexer.library import Library

__all__ = ["BROWSER_OPTIONS", "CHROMIUM", "sample_page", "serving"]

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


@contextmanager
def sample_page() -> Iterator[tuple[Page, str]]:
    """A page of Chromium, 1440 by 900, and the address of the real command that serves the sample plans."""
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "library", create=True) as library:
            library.add(sorted(path for path in CORPUS.iterdir() if path.is_file()))
        with serving(Path(folder) / "library", Path(folder)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_OPTIONS)
            yield browser.new_page(viewport={"width": 1440, "height": 900}), site
            browser.close()
