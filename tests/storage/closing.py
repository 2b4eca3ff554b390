"""Four threads read a library while it is closed 300 times. Run as: closing.py FOLDER."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from indexer.storage.local import LocalBackend


def main(folder: Path) -> None:
    backend = LocalBackend(folder, create=True)
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            assert backend.generation == 0 and backend.plans() == []

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(300):
        backend.close()
    ended.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
