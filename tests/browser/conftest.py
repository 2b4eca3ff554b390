"""Fixtures for the browser: a library made and served by the real command, and a Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from served import copy_library, free_port

PLANCITE = Path(sys.executable).with_name("plancite")
# What is awaited comes in a second; a machine that does other work besides may take many.
expect.set_options(timeout=30_000)
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
#: Quiet and offline: the pages are this machine's own.
BROWSER_OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

HOSTILE = """<b>Evil</b> **plan** $x^2$ :red[title] :smile: https://evil.example

1. Rules **on** asbestos <script>window.__xss=1</script>

The asbestos rule says <script>window.__xss=1;alert(1)</script> that $x^2$ tons of **bold** asbestos are banned, see \
[link](javascript:alert(1)) and <img src=x onerror="window.__xss=1;alert(2)"> here.
"""


@pytest.fixture(scope="session")
def site(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the real server, on the sample plans and a hostile one in two versions."""
    folder = tmp_path_factory.mktemp("site")
    library = folder / "library"
    copy_library(sample_folder, library)
    for text in (HOSTILE.replace("are banned", "are allowed"), HOSTILE):  # there is a version to compare with
        (folder / "evil.txt").write_text(text, "utf-8")
        subprocess.run([PLANCITE, "add", folder / "evil.txt", "--library", library], env=_environment(), check=True)
    with serving(library, folder) as address:
        yield address


@pytest.fixture
def own_site(sample_folder: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a server on a copy of the sample plans, to be changed."""
    copy_library(sample_folder, tmp_path / "library")
    with serving(tmp_path / "library", tmp_path) as address:
        yield address


@pytest.fixture
def serve() -> Callable[[Path, Path], AbstractContextManager[str]]:
    """Starts the real server on a library, from a folder: ``with serve(library, folder) as address``."""
    return serving


@contextmanager
def serving(library: Path, folder: Path) -> Iterator[str]:
    """The real server on ``library``, started elsewhere than in the checkout, as someone who installed it would."""
    port = free_port()
    command = [PLANCITE, "serve", "--library", library, "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    address = f"http://localhost:{port}"
    try:
        _wait(address, server, folder / "server.log")
        yield address
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=20)


def _environment() -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one the test is skipped, or fails where $PLANCITE_BROWSER_REQUIRED says so."""
    if not Path(CHROMIUM).exists():
        reason = f"There is no Chromium at {CHROMIUM}. Install it with: apt-get install chromium"
        if os.environ.get("PLANCITE_BROWSER_REQUIRED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page, 1440 wide, that fails the test if anything opens a dialog or throws."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    events: list[str] = []
    page.on("dialog", lambda dialog: (events.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: events.append(f"error: {error}"))
    yield page
    assert page.evaluate("window.__xss") is None
    context.close()
    assert not events


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"The server does not answer: {log.read_text('utf-8', 'replace')}")
