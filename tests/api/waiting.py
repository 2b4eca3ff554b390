"""Waiting for a job of the API."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

from starlette.testclient import TestClient


def await_job(client: TestClient, job: str) -> dict[str, Any]:
    """The job once it has ended."""
    deadline = monotonic() + 120
    while (found := client.get(f"jobs/{job}").json())["state"] in ("waiting", "running"):
        assert monotonic() < deadline
        sleep(0.02)
    return dict(found)
