"""Fixtures for the pages: the app run without a browser, on the library of the sample plans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from pages import OpenApp, go
from streamlit.testing.v1 import AppTest

from indexer.library.questions import FILE
from indexer.ui.shared.access import LOCATION_VARIABLE

APP = Path(__file__).resolve().parents[2] / "indexer" / "ui" / "app.py"


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch, sample_folder: Path) -> Iterator[OpenApp]:
    """Opens the app at an address: ``open_app(q="…", plan=["…"], folder=…, page="compare")``."""

    def opens(folder: Path = sample_folder, page: str = "", **query: str | list[str]) -> AppTest:
        monkeypatch.setenv(LOCATION_VARIABLE, str(folder))
        app = AppTest.from_file(APP, default_timeout=60)
        if page:
            app.run()
        return go(app, page, **query)

    yield opens
    (sample_folder / FILE).unlink(missing_ok=True)  # what one test asked is not to be seen by the next
    st.cache_data.clear()
    st.cache_resource.clear()
