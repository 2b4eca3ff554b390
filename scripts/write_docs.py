"""Writes docs/cli.md from the commands' own help; --check only says whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from indexer.cli import app

TARGET = Path(__file__).parent.parent / "docs/cli.md"
_WIDTH = 100


def command_reference() -> str:
    """The text of docs/cli.md: the help of each command."""
    group = typer.main.get_command(app)
    parent = typer.Context(group, info_name="plancite", terminal_width=_WIDTH, max_content_width=_WIDTH)
    parts = [
        "# Commands\n\nWritten from the commands' own help by `python scripts/write_docs.py`.\n\n"
        "Exit codes: 0 done, 1 done with some files failed (or a check that found something), 2 refused.\n"
    ]
    for name in group.list_commands(parent):  # type: ignore[attr-defined]
        command = group.get_command(parent, name)  # type: ignore[attr-defined]
        context = typer.Context(command, info_name=name, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH)
        parts.append(f"## plancite {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def main() -> None:
    if "--check" in sys.argv:
        if TARGET.read_text("utf-8") != command_reference():
            sys.exit("docs/cli.md is out of date. Run: python scripts/write_docs.py")
    else:
        TARGET.write_text(command_reference(), "utf-8")


if __name__ == "__main__":
    main()
