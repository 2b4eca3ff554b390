"""Watches a folder, asks the saved questions again and delivers a webhook, until it is killed.

Run as: watching_plans.py LIBRARY WATCHED URL REST. Says each report of a file, and what the watch says.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alerting import SECRET, open_library, without_reader

from indexer.delivery.outbox import deliver_alerts, open_outbox
from indexer.delivery.settings import Settings
from indexer.delivery.webhook import Webhook
from indexer.library.rechecking import recheck
from indexer.library.watching import watch_folder


def main(folder: Path, watched: Path, url: str, rest: float) -> None:
    without_reader()
    settings = Settings((Webhook(url, SECRET),))
    with open_library(folder) as library:

        def look() -> None:
            open_outbox(library, settings)
            for alert in recheck(library):
                print("alert", alert.id, flush=True)
            for _, alert in deliver_alerts(library, settings):
                print("delivered", alert.id, flush=True)

        def say(line: str) -> None:
            print("note", line, flush=True)

        for report in watch_folder(library, watched, every=0.05, rest=rest, notify=say, settled=look):
            print(report.status, report.plan, report.detail, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
