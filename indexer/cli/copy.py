"""The command that moves a library between its homes."""

from __future__ import annotations

from typing import Annotated

import typer

from indexer.cli.common import QuietOption, app, count_bar, note


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The library to copy: its folder or URI.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where it shall be: a folder, or a URI of Milvus.")],
    quiet: QuietOption = False,
) -> None:
    """Copy a library to another home, nothing embedded again; a copy that was broken off goes on."""
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
