"""Alerts -> those whom the administrator has named in a file: a webhook, mail. Without that file nobody is told.

What is told is public within the library: alerts of shared questions, on plans that everyone reads. Each channel tells
an alert at least once: one that dies after sending and before it has noted that sends again, under the same id.
"""

from __future__ import annotations

from typing import Protocol

from indexer.errors import IndexerError
from indexer.types import Alert


class NotTold(IndexerError):
    """An alert did not get through. ``final``: it was refused, and sending it again would change nothing."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class Channel(Protocol):
    """A way to tell somebody of an alert."""

    name: str

    def tell(self, alert: Alert, pages: str) -> None:
        """Tell it, with links to the pages at the address ``pages``, "" for none. Raises NotTold."""
        ...
