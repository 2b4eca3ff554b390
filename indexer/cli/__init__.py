"""plancite …: the command line. Reads arguments, prints results; every error is one clear line."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from indexer.cli import asking, comparing, copy, embed, keeping, library, serving, targets
from indexer.cli.common import REFUSED, app, in_options
from indexer.errors import IndexerError

__all__ = ["app", "asking", "comparing", "copy", "embed", "keeping", "library", "main", "serving", "targets"]


def main() -> None:
    """Run the command line; errors of our own end it with one line and exit code 2."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be in no encoding
    try:
        app()
    except IndexerError as error:
        print(f"plancite: {in_options(str(error))}", file=sys.stderr)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        print("plancite: stopped. What was reported as added stays; nothing is half-added.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; that is its business
