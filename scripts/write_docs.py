"""Writes docs/cli.md from the commands' own help and docs/roles.md from the code; --check only says whether they are up
to date."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import anyio
import typer

from indexer.api.mcp import make_server
from indexer.api.routes import OPERATIONS, PREFIX
from indexer.cli import app
from indexer.library import Library
from indexer.library.rights import RIGHTS, Action, Person, Role
from indexer.ui.library.view import PARTS, TABS, parts_for, tabs_for

DOCS = Path(__file__).parent.parent / "docs"
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


def role_matrix() -> str:
    """The text of docs/roles.md: what each role may, and so which addresses, tools and controls it has."""
    people = {role: Person("somebody", role) for role in Role}
    readers, editors = (_tools(write=write) for write in (False, True))
    tables = {
        "What each role may": _table(Action, lambda action, role: action in RIGHTS[role], str.capitalize),
        "HTTP API": _table(
            [f"`{operation.method} {PREFIX}{operation.path}`" for operation in OPERATIONS],
            lambda named, role: role >= next(o.role for o in OPERATIONS if f"`{o.method} {PREFIX}{o.path}`" == named),
        ),
        "Tools of MCP": _table(
            [*readers, *(tool for tool in editors if tool not in readers)],
            lambda tool, role: tool in (editors if Action.EDIT in RIGHTS[role] else readers),
        ),
        "Library page": _table(
            [*TABS.values(), *(f"Plan: {label}" for label in PARTS.values())],
            lambda label, role: label in {
                *tabs_for(people[role]).values(), *(f"Plan: {part}" for part in parts_for(people[role]).values())
            },
        ),
    }  # fmt: skip
    parts = [
        "# Roles\n\nWritten from the code by `python scripts/write_docs.py`. It holds where people sign in, or "
        "programs need tokens ([operating.md](operating.md)). Who has not signed in is refused everything in these "
        "tables: 401 for programs, a page that says so for people; who lacks the role gets 403. Whether the server "
        "runs (`/_stcore/health`) and the description of the API (`/api/v1/`, `/api/v1/openapi.json`) are open.\n"
    ]
    return "\n".join([*parts, *(f"## {title}\n\n{table}\n" for title, table in tables.items())])


def _table(rows: Iterable[str], may: Callable[..., bool], written: Callable[[str], str] = str) -> str:
    heads = ["", *(role.name.lower() for role in Role)]
    cells = [[written(str(row)), *("yes" if may(row, role) else "no" for role in Role)] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, ["---"] * len(heads), *cells])


def _tools(*, write: bool) -> list[str]:
    def open_library() -> Library:
        raise NotImplementedError

    return [tool.name for tool in anyio.run(make_server(open_library, write=write).list_tools)]


def main() -> None:
    for name, text in (("cli.md", command_reference()), ("roles.md", role_matrix())):
        if "--check" not in sys.argv:
            (DOCS / name).write_text(text, "utf-8")
        elif (DOCS / name).read_text("utf-8") != text:
            sys.exit(f"docs/{name} is out of date. Run: python scripts/write_docs.py")


if __name__ == "__main__":
    main()
