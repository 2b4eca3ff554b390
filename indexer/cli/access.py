"""Commands on who may do what, and who did: person, people, readers, token, tokens, revoke, audit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from indexer.cli.common import LibraryOption, QuietOption, app, open_library
from indexer.errors import IndexerError


class RoleName(StrEnum):
    """What a person or a token may do."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


@app.command()
def person(
    name: Annotated[str, typer.Argument(help="The name, as the sign-in gives it.")],
    role: Annotated[RoleName | None, typer.Option(help="The role; left out, the one that the sign-in says.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group; repeat it for several.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the person from the list.")] = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """List a person with a role and groups, for: plancite serve --sign-in. Others who sign in are readers."""
    from indexer.library.people import forget_person, set_person
    from indexer.library.rights import Role

    with open_library(library, quiet=quiet) as opened:
        if not remove:
            set_person(opened.backend, name, Role[role.upper()] if role else None, group or ())
        elif not forget_person(opened.backend, name):
            raise IndexerError(f"{name!r} is not listed. See: plancite people")
    if not quiet:
        print(f"{'Not listed any more' if remove else 'Listed'}: {name}")


@app.command()
def people(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """List people with their roles and groups, and who reads which collection."""
    from indexer.library.people import read_people

    with open_library(library, quiet=quiet) as opened:
        known = read_people(opened.backend)
    for name, listed in sorted(known.people.items()):
        print(f"{name}: {listed.role or 'the role of the sign-in'}{''.join(f', @{group}' for group in listed.groups)}")
    for collection, readers in sorted(known.readers.items()):
        print(f"collection {collection}: read by {', '.join(readers)}")


@app.command()
def readers(
    collection: Annotated[str, typer.Argument(help="The collection.")],
    names: Annotated[list[str] | None, typer.Argument(help="Who reads it: names, and groups as @GROUP.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Let everyone read it again.")] = False,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Say who reads a collection where people sign in; its plans are not there for anyone else but admins."""
    if bool(names) == everyone:
        raise IndexerError("Give the names of those who read it, or --everyone.")
    with open_library(library, quiet=quiet) as opened:
        opened.set_readers(collection, names or ())
    if not quiet:
        print(f"{collection}: read by {', '.join(names or ['everyone'])}")


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
