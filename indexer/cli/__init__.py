"""plancite …: the command line. Reads arguments, prints results; every error is one clear line."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from indexer.cli import plans, asking, comparing, targets, questions, service  # isort: skip  (the order of the help)
from indexer.cli.common import REFUSED, app, in_options
from indexer.errors import IndexerError

__all__ = ["app", "asking", "comparing", "main", "plans", "questions", "service", "targets"]


def main() -> None:
    """Run the command line; an IndexerError ends it with one line and exit code 2."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names may be in any encoding
    try:
        app()
    except IndexerError as error:
        print(f"plancite: {in_options(str(error))}", file=sys.stderr)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        print("plancite: stopped. Plans reported as added are kept; none is half added.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has closed it: no error
