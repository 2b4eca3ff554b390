"""The command that serves the web app."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import LibraryOption, QuietOption, app

_UI = Path(__file__).parent.parent / "ui"


@app.command()
def serve(
    library: LibraryOption = "index",
    port: Annotated[int, typer.Option(help="Port of the web app.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; another one opens it to the network.")
    ] = "localhost",
    quiet: QuietOption = False,
) -> None:
    """Serve the web app, on this machine only unless told otherwise."""
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
