"""Changes a library again and again until it is stopped; says what it begins and what is committed.

Run as: writing.py FOLDER RUN [SECONDS]. Every version of a plan has its own text, told by its name alone, so
that whoever looks afterwards knows what must be there.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from fakes import FakeEncoder, make_content

from indexer.storage import PlanContent
from indexer.storage.local import LocalBackend

ENCODER = FakeEncoder(256)
MODEL = (ENCODER.source, ENCODER.fingerprint)
NAMES = ("anhui", "gansu", "henan", "hubei", "hunan")


def sentences(plan_id: str, version: str) -> list[str]:
    """The text of one version: between 3 and 60 sentences, each with words of its own."""
    draw = random.Random(f"{plan_id} {version}")
    return [f"{plan_id} v{version} sentence {i} n{draw.randrange(10_000)}" for i in range(draw.choice((3, 20, 60)))]


def version_of(text: str) -> str:
    """The version that a text of ``sentences`` is of."""
    return text.split()[1].removeprefix("v")


def content(plan_id: str, version: str) -> PlanContent:
    return make_content(plan_id, sentences(plan_id, version), ENCODER)


def say(*words: str) -> None:
    print(*words, flush=True)


def main(folder: Path, run: str, seconds: float) -> None:
    draw = random.Random(run)
    say("opening")
    backend = LocalBackend(folder, create=True, notify=lambda line: None)
    say("open")
    end = time.monotonic() + seconds
    step = 0
    while time.monotonic() < end:
        step += 1
        version = f"{run}x{step}"
        held = [plan.id for plan in backend.plans()]
        change = draw.choice(("add", "add", "remove", "remove", "rebuild", "rebuild", "restore"))
        gone = [was.plan for was in backend.removed()]
        if change == "remove" and held:
            plan_id = draw.choice(held)
            say("begin", "remove", f"{plan_id}:")
            backend.remove([plan_id])
        elif change == "rebuild" and held:
            say("begin", "rebuild", *(f"{plan_id}:{version}" for plan_id in held))
            backend.replace_all([content(plan_id, version) for plan_id in held], MODEL)
        elif change == "restore" and gone:
            plan_id = draw.choice(gone)
            before = version_of(backend.version(plan_id, len(backend.versions(plan_id))).text)
            say("begin", "restore", f"{plan_id}:{before}")
            backend.add(content(plan_id, before), MODEL)
        else:
            plan_id = draw.choice(NAMES)
            say("begin", "replace" if plan_id in held else "add", f"{plan_id}:{version}")
            backend.add(content(plan_id, version), MODEL)
        say("done")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 600.0)
