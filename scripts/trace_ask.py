"""Modules, functions and stack depth of one ``ask`` within ``indexer/``, on a library of the sample plans.

    python scripts/trace_ask.py [--library FOLDER] [--list]

The question is asked once before it is traced, so that loading counts for nothing; then what the models remember
is forgotten. Functions of all threads count; comprehensions and generator expressions are part of theirs. The depth
is that of the deepest stack, frames of other packages left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from types import CodeType, FrameType

import indexer
from indexer.library import Library

PACKAGE = Path(indexer.__file__).parent
CORPUS = PACKAGE.parent / "corpus"
QUESTION = "What share of energy use should be non-fossil in 2025?"


class Trace:
    """What ran within the package: functions by module, and the deepest stack."""

    def __init__(self) -> None:
        self.functions: dict[str, set[str]] = defaultdict(set)
        self.deepest: list[str] = []

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or not (name := _name_of(frame.f_code)):
            return
        module, function = name
        self.functions[module].add(function)
        stack = []
        above: FrameType | None = frame
        while above:
            if held := _name_of(above.f_code):
                stack.append(".".join(held))
            above = above.f_back
        if len(stack) > len(self.deepest):
            self.deepest = stack[::-1]


def _name_of(code: CodeType) -> tuple[str, str] | None:
    """Module and function of ``code``; None outside the package and for what is part of another function."""
    file = Path(code.co_filename)
    if not file.is_relative_to(PACKAGE) or code.co_name.startswith("<"):
        return None
    return file.relative_to(PACKAGE).with_suffix("").as_posix(), code.co_qualname


def trace_ask(library: Library, question: str) -> Trace:
    """The trace of ``question``, asked of a library that is loaded and remembers nothing of it."""
    trace = Trace()
    threading.setprofile(trace)  # threads that start from here on are traced, too
    library.ask(f"{question} Please.")
    trace.functions.clear()
    trace.deepest.clear()
    sys.setprofile(trace)
    try:
        library.ask(question)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]  # which the standard library allows
    return trace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, help="a library of the sample plans")
    parser.add_argument("--list", action="store_true", help="the functions, and the deepest stack")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.library or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "index"
        library = stack.enter_context(Library.open(folder, create=True))
        if not library.plans():
            list(library.add(sorted(path for path in CORPUS.iterdir() if path.is_file())))
        trace = trace_ask(library, QUESTION)
    if arguments.list:
        for module, functions in sorted(trace.functions.items()):
            print(f"{module}: {', '.join(sorted(functions))}")
        print("\n".join(f"{n} {name}" for n, name in enumerate(trace.deepest, 1)))
    count = sum(len(functions) for functions in trace.functions.values())
    print(f"modules {len(trace.functions)}, functions {count}, depth {len(trace.deepest)}")


if __name__ == "__main__":
    main()
