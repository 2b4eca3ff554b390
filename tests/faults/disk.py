"""Changes a library on a disk that is full or cannot be written; prints what came of it.

Run as: disk.py FOLDER full BYTES | disk.py FOLDER readonly. Full is a limit of BYTES on every file's
size, which the system enforces as it does a full disk; read-only is the folder's permissions, which are
made to count for root as well. Prints one object: what each change raised, what was told, and whether
all that was there is answered as before.
"""

from __future__ import annotations

import ctypes
import json
import resource
import sys
from pathlib import Path

from fakes import FakeEncoder, make_content
from writing import ENCODER, MODEL, sentences

from indexer.errors import LibraryError
from indexer.storage import Backend, Scope
from indexer.storage.local import LocalBackend

QUERIES = ("sentence 3", "n77", "anhui v1")


def found(backend: Backend) -> list[list[tuple[str, float]]]:
    """Texts and scores of some searches, by words and by meaning."""
    results = []
    for query in QUERIES:
        words = backend.search_words(query, 30, Scope())
        dense = backend.search_dense(ENCODER.embed([query])[0], 30, Scope())
        for ranking in (words, dense):
            passages = backend.passages([f.key for f in ranking])
            results.append([(passages[f.key].text, round(f.score, 4)) for f in ranking])
    return results


def drop_privileges() -> None:
    """Let permissions count for root: give up the capabilities that override them (see capset(2))."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    none = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, none):
        raise OSError(ctypes.get_errno(), "capset")


def attempt(folder: Path, change: str, lines: list[str]) -> dict[str, object]:
    """One change, on a backend opened for it: what it raised, and whether all is as before."""
    backend = LocalBackend(folder, notify=lines.append)
    try:
        before = (backend.plans(), backend.generation)
        answers = found(backend)
        # long texts and many passages: they do not fit
        large = [f"{text} " + "filler " * 40 for text in sentences("gansu", "9") * 20]
        large_content = make_content("gansu", large, FakeEncoder(256))
        raised = ""
        try:
            if change == "add":
                backend.add(large_content, MODEL)
            elif change == "remove":
                backend.remove(["anhui"])
            else:
                backend.replace_all([large_content], MODEL)
        except LibraryError as error:
            raised = str(error)
        same = (backend.plans(), backend.generation) == before and found(backend) == answers
        return {"change": change, "raised": raised, "same": same}
    finally:
        backend.close()


def main(folder: Path, kind: str, limit: str) -> None:
    if kind == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    else:
        drop_privileges()
    lines: list[str] = []
    tried = [attempt(folder, change, lines) for change in ("add", "rebuild", "remove")]
    print(json.dumps({"tried": tried, "lines": lines}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
