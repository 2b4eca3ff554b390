"""Commands on the library as a whole: serve, check, doctor, rebuild, copy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import (
    SOME_FAILED,
    LibraryOption,
    ModelOption,
    QuietOption,
    app,
    count_bar,
    note,
    open_library,
    progress_bar,
)

_UI = Path(__file__).parent.parent / "ui"


@app.command()
def serve(
    library: LibraryOption = "index",
    port: Annotated[int, typer.Option(help="Port of the web app.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; any other than localhost opens the app to the network.")
    ] = "localhost",
    quiet: QuietOption = False,
) -> None:
    """Serve the web app, on this machine only by default."""
    environment = {**os.environ, "PLANCITE_LIBRARY": library, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    options = {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "runner.postScriptGC": "false",  # a full collection took a third of an answer; Python collects when due
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "theme.base": _UI / "theme.toml",
        "logger.level": "error" if quiet else "info",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(_UI / "start.py")]
    command += [f"--{name}={value}" for name, value in options.items()]
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


@app.command()
def check(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Check the library for damage; exit code 0 if there is none."""
    with open_library(library, quiet=quiet) as opened:
        problems = opened.check()
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(SOME_FAILED)
    if not quiet:
        print("The library is sound.")


@app.command()
def doctor(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Show versions, model and library, and whether they work together."""
    from indexer.library.diagnosis import diagnose

    sound = True
    for ok, line in diagnose(library, note(quiet)):
        print(("ok    " if ok else "wrong ") + line)
        sound = sound and ok
    if not sound:
        raise typer.Exit(SOME_FAILED)


@app.command()
def rebuild(library: LibraryOption = "index", model: ModelOption = None, quiet: QuietOption = False) -> None:
    """Chunk and embed every plan again, with another model if given."""
    with open_library(library, quiet=quiet) as opened, progress_bar(quiet) as progress:
        opened.rebuild(model, progress)
    if not quiet:
        print("Rebuilt.")


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The library to copy: its folder or URI.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The copy: a new folder, or a URI of Milvus.")],
    quiet: QuietOption = False,
) -> None:
    """Copy a library to a folder or to Milvus without embedding again; an interrupted copy continues."""
    from indexer.library.copying import copy_library
    from indexer.storage import open_backend

    opened = open_backend(source, notify=note(quiet))
    made = None
    try:
        made = open_backend(target, create=True, notify=note(quiet))
        with count_bar(quiet) as progress:
            copied = copy_library(opened, made, progress)
    finally:
        opened.close()
        if made:
            made.close()
    if not quiet:
        print(
            f"{copied.plans} plans, {copied.passages:,} passages, {copied.versions} earlier versions and "
            f"{copied.questions} saved questions are in {target}, {copied.added} plans new; counts and hashes agree."
        )
