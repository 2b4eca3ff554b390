"""Commands on who may do what, and who did: token, tokens, revoke, audit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import LibraryOption, QuietOption, app, open_library
from indexer.errors import IndexerError


class RoleName(StrEnum):
    """What a token lets one do."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Who uses it: a person or a program.")],
    role: Annotated[
        RoleName, typer.Option(help="reader asks, editor also changes plans, admin also sees the audit log.")
    ] = RoleName.READER,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Make a token for a program, for: plancite serve --require-token. It is shown once."""
    from indexer.library.rights import Role
    from indexer.library.tokens import make_token

    with open_library(library, quiet=quiet) as opened:
        print(make_token(opened.backend, name, Role[role.upper()], days))


@app.command()
def tokens(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """List the tokens: who has which role since when. The tokens themselves are kept nowhere."""
    from indexer.library.tokens import list_tokens

    with open_library(library, quiet=quiet) as opened:
        for each in list_tokens(opened.backend):
            until = f", {'expired' if each.expired else 'until'} {each.until[:10]}" if each.until else ""
            print(f"{each.name}: {each.role}, since {each.since[:10]}{until}")


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The token's name in the list of: plancite tokens")],
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Revoke a token, at once also on a server that runs."""
    from indexer.library.tokens import revoke_token

    with open_library(library, quiet=quiet) as opened:
        if not revoke_token(opened.backend, name):
            raise IndexerError(f"There is no token {name!r}. List them with: plancite tokens")
    if not quiet:
        print(f"Revoked: {name}")


@app.command()
def audit(
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write CSV to FILE.")] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Show who changed what in the library, the oldest first."""
    from indexer.library.audit import entries

    with open_library(library, quiet=quiet) as opened:
        found = entries(opened.backend)
    if csv:
        from indexer.exporting import save
        from indexer.exporting.audit import audit_csv

        save(csv, audit_csv(found).encode("utf-8-sig"))
    else:
        for each in found:
            print(f"{each.at}  {each.who}: {each.action} {each.on} ({each.outcome})")
