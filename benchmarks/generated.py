"""The HTTP API under requests made up from its own OpenAPI document (schemathesis), for as long as is said.

    python benchmarks/generated.py [--minutes 15] [--seed N]

schemathesis is put into an environment of its own, as the peers are. The real command serves the sample plans; no reply
may be a 5xx, and none may be what the document does not tell of. Prints schemathesis's own report.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from served import served

from indexer.library import Library

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
SCHEMATHESIS = "schemathesis==4.32.5"
#: What every reply is held against: the document's statuses, media types, headers and schemas.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        venv.create(folder / "venv", with_pip=True)
        program = folder / "venv" / "bin"
        subprocess.run([program / "python", "-m", "pip", "install", "--quiet", SCHEMATHESIS], check=True)
        with Library.open(folder / "library", create=True) as library:
            library.add(sorted(path for path in CORPUS.iterdir() if path.is_file()))
        with served(folder / "library", folder) as server:
            site = f"http://127.0.0.1:{server.port}"
            command = [program / "st", "run", f"{site}/api/v1/openapi.json", "--checks", CHECKS]
            # a change waits a minute for another one
            command += ["--request-timeout", "90", "--continue-on-failure", "--no-color"]
            command += ["--max-time", str(round(60 * arguments.minutes)), "--seed", str(arguments.seed)]
            sys.exit(subprocess.run(command, cwd=folder, check=False).returncode)


if __name__ == "__main__":
    main()
