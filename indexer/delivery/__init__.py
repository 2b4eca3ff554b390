"""Alerts -> the channels that the administrator has named in a file: a webhook, mail. Without that file none is sent.

What is sent is public within the library: alerts of shared questions, on plans that everyone reads. Delivery is at
least once: a process that dies between sending and noting it sends again, under the same id.
"""

from __future__ import annotations

from typing import Protocol

from indexer.errors import IndexerError
from indexer.types import Alert


class DeliveryError(IndexerError):
    """An alert was not delivered. ``final``: it was refused, and sending it again would change nothing."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class Channel(Protocol):
    """A way to deliver alerts."""

    name: str

    def send(self, alert: Alert, pages: str) -> None:
        """Send it, with links to the pages at the address ``pages``, "" for none. Raises DeliveryError."""
        ...
