"""Two plans are replaced, saved questions asked again and alerts posted to a webhook, by a process that kills itself at a step.

Run as: alerting.py FOLDER URL STEP; STEP 0 kills nothing. A step is each moment before and after a plan is stored, a
file of the alerts is written, and an alert is posted. What was done before is not done again.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes import FakeEncoder, make_content

from indexer.delivery.outbox import deliver_alerts, open_outbox
from indexer.delivery.settings import Settings
from indexer.delivery.webhook import Webhook
from indexer.library import Library, alerts, facade
from indexer.storage.local import LocalBackend

ENCODER = FakeEncoder()
SECRET = bytes(32)
#: The questions, and the sentence of each plan that answers, before and after.
QUESTIONS = ("when do cement kilns close?", "how far do wind farms grow?")
BEFORE = {"anhui": "Cement kilns must close by 2025.", "gansu": "Wind farms grow to 10 GW by 2030."}
AFTER = {"anhui": "Cement kilns should close by 2027.", "gansu": "Wind farms grow to 12 GW by 2030."}


def open_library(folder: Path) -> Library:
    return Library.open(folder, create=True, encoder=ENCODER)


def put(library: Library, texts: dict[str, str]) -> None:
    for plan, text in texts.items():
        library.backend.add(make_content(plan, [text, f"Of {plan} nothing else is said."], ENCODER), ("fake", "fake@1"))


def killing(step: int) -> Callable[..., None]:
    """Makes functions kill this process when they are the ``step``-th moment; counts the moments."""
    moments = 0

    def reached() -> None:
        nonlocal moments
        moments += 1
        if moments == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(owner: Any, name: str) -> None:
        run = getattr(owner, name)

        def runs(*arguments: Any, **options: Any) -> Any:
            reached()
            done = run(*arguments, **options)
            reached()
            return done

        setattr(owner, name, runs)

    return wrap


def without_reader() -> None:
    """For this process: the reader takes seconds to load."""
    facade.open_reader = lambda: None


def main(folder: Path, url: str, step: int) -> None:
    without_reader()
    wrap = killing(step)
    wrap(LocalBackend, "add")
    wrap(alerts, "write_json_file")
    wrap(Webhook, "send")
    settings = Settings((Webhook(url, SECRET),))
    with open_library(folder) as library:
        open_outbox(library, settings)
        put(library, AFTER)
        library.recheck()
        list(deliver_alerts(library, settings))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
