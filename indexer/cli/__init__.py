"""plancite …: the command line. Reads arguments, prints results; every error is one clear line."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper

# the order of the help
from indexer.cli import plans, asking, comparing, targets, questions, briefs, evaluating, access, words, service  # isort: skip
from indexer.cli.common import REFUSED, app, in_options
from indexer.errors import IndexerError

__all__ = [
    "access",
    "app",
    "asking",
    "briefs",
    "comparing",
    "evaluating",
    "main",
    "plans",
    "questions",
    "service",
    "targets",
    "words",
]


def main() -> None:
    """Run the command line; an IndexerError ends it with one line and exit code 2."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":  # questions and names may be Chinese
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names may be in any encoding
    try:
        if any("\0" in argument for argument in sys.argv):
            raise IndexerError("An argument holds a null character, which no file or question has. Take it out.")
        app()
    except IndexerError as error:
        _refuse(in_options(str(error)))
    except UnicodeEncodeError as error:
        if not any("\udc80" <= character <= "\udcff" for character in error.object):
            raise
        _refuse("An argument holds bytes that are no text in UTF-8. Type it again.")
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()  # whoever read the output has closed it: no error
        elif error.errno in (errno.EMFILE, errno.ENFILE):
            _refuse(f"{error.strerror}. End other programs, or raise the limit, as with: ulimit -n 1024")
        else:
            raise
    except KeyboardInterrupt:
        print("plancite: stopped. Plans reported as added are kept; none is half added.", file=sys.stderr)
        sys.exit(130)


def _refuse(message: str) -> None:
    print(f"plancite: {message}", file=sys.stderr)
    sys.exit(REFUSED)
