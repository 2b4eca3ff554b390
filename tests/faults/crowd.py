"""Many processes that ask one library while one writes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from writing import MODEL, NAMES, content

from indexer.storage.local import LocalBackend

HERE = Path(__file__).resolve().parent


def run_script(name: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    """A script of this folder in a process of its own."""
    path = os.pathsep.join([str(HERE.parent), str(HERE.parent.parent)])
    command = [sys.executable, str(HERE / name), *map(str, arguments)]
    return subprocess.Popen(command, text=True, env={**os.environ, "PYTHONPATH": path}, **options)


def read_while_writing(folder: Path, readers: int, seconds: float) -> dict[str, Any]:
    """Figures of ``readers`` processes and one writer over ``seconds``; ``errors`` are what went wrong."""
    backend = LocalBackend(folder, create=True)
    for name in NAMES:
        backend.add(content(name, "0x0"), MODEL)
    backend.close()
    with tempfile.TemporaryFile("w+") as written:
        writer = run_script("writing.py", folder, "1", seconds, stdout=written, stderr=subprocess.PIPE)
        crowd = [
            run_script("reading.py", folder, n, seconds, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for n in range(readers)
        ]
        said = [process.communicate(timeout=seconds + 120) for process in [*crowd, writer]]
        written.seek(0)
        changes = Counter(line.split()[1] for line in written if line.startswith("begin"))
    failed = [(p, err) for p, (_, err) in zip([*crowd, writer], said, strict=True) if p.returncode or err]
    errors = [f"exit code {p.returncode}: {err[-600:]}" for p, err in failed]
    told = [json.loads(out) for p, (out, _) in zip(crowd, said, strict=False) if not p.returncode]
    errors += [problem for one in told for problem in one["problems"]]
    backend = LocalBackend(folder)
    errors += backend.check()
    backend.close()
    return {
        "changes": dict(changes),
        "asked": sum(one["asked"] for one in told),
        "median wait, s": sorted(one["median"] for one in told)[len(told) // 2] if told else 0.0,
        "longest wait, s": max((one["longest"] for one in told), default=0.0),
        "memory at the start, MB": sum(one["memory"][0] for one in told) / 1e6,
        "memory at the end, MB": sum(one["memory"][1] for one in told) / 1e6,
        "errors": errors,
    }
