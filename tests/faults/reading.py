"""Asks a library that others write, again and again; every answer must be of whole plans.

Run as: reading.py FOLDER RUN SECONDS. Prints one object: questions asked, waits, memory at the start
(after the first seconds) and at the end, and what was wrong.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from writing import ENCODER, NAMES, sentences, version_of

from indexer.errors import UnknownPlanError
from indexer.library import Library
from indexer.types import Answer

WARM_UP = 0.2  # share of the time after which memory is first looked at


def memory() -> int:
    """Bytes of this process in memory that are its own."""
    pages = Path("/proc/self/statm").read_text("ascii").split()
    return (int(pages[1]) - int(pages[2])) * 4096


def problem_of(answer: Answer) -> str:
    """What an answer shows that no whole plan says; "" for nothing."""
    versions: dict[str, str] = {}
    for hit in answer.hits:
        passage = hit.passage
        version = version_of(passage.text)
        if versions.setdefault(passage.plan, version) != version:
            return f"two versions of {passage.plan} in one answer"
        if passage.text not in sentences(passage.plan, version):
            return f"{passage.text!r} is in no version of {passage.plan}"
    return ""


def main(folder: Path, run: int, seconds: float) -> None:
    draw = random.Random(run)
    problems: list[str] = []
    waits: list[float] = []
    started = time.monotonic()
    first_memory = 0
    with Library.open(folder, notify=problems.append, encoder=ENCODER) as library:
        while (passed := time.monotonic() - started) < seconds:
            if not first_memory and passed > WARM_UP * seconds:
                first_memory = memory()
            name = draw.choice(NAMES)
            scope = [name] if draw.random() < 0.3 else None
            asked = time.monotonic()
            try:
                answer = library.ask(f"what is sentence {draw.randrange(20)} of {name}", plans=scope, top_k=20)
            except UnknownPlanError:
                continue  # removed just now
            finally:
                waits.append(time.monotonic() - asked)
            if problem := problem_of(answer):
                problems.append(problem)
        last_memory = memory()
    waits.sort()
    told = {
        "asked": len(waits),
        "median": waits[len(waits) // 2],
        "longest": waits[-1],
        "memory": [first_memory or last_memory, last_memory],
        "problems": problems[:5],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
