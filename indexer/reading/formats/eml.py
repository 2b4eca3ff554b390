"""Saved e-mails: subject, sender and date, then the message, as a web page where it has one; attachments are named."""

from __future__ import annotations

import email
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import EmailPolicy
from pathlib import Path

from indexer.reading.formats.blocks import Blocks
from indexer.reading.formats.html import parse_page, read_whole
from indexer.reading.formats.text import decode
from indexer.reading.loading import Content
from indexer.types import Found, Metadata

ENDINGS = (".eml",)

#: Characters of a header: the standard allows 998 a line, and parsing one costs its square.
_LONGEST_HEADER = 4_000
_LONGEST_NAMES = 300  # characters of a warning's list of attachments


class _Policy(EmailPolicy):
    """The default policy with headers cut before they are parsed."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:_LONGEST_HEADER]


def load(path: Path, data: bytes) -> Content:
    """Read an e-mail. Raises SourceError for bytes that are no text."""
    message = email.message_from_bytes(data, policy=_Policy())
    if not isinstance(message, EmailMessage) or not message.keys():
        return Content(decode(path, data))
    blocks = Blocks()
    for kind in ("html", "plain"):
        body = message.get_body((kind,))
        if body is None or blocks.length:
            continue
        payload = body.get_payload(decode=True)
        page = payload if isinstance(payload, bytes) else b""
        if kind == "html":
            read_whole(parse_page(path, page, body.get_content_charset()), blocks)
        else:
            blocks.extend(decode(path, page, body.get_content_charset()).strip(), ())
    names = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    listed = ", ".join(names)[:_LONGEST_NAMES]
    return Content(
        blocks.text(),
        title=" ".join(str(message.get("subject", "")).split()),
        headings=blocks.headings(),
        warnings=(f"attachments that were not read: {listed}; save them and add them",) if names else (),
        metadata=Metadata(issuer=_sender(message), date=_date(message), found=Found("header", "header", "header")),
        tables=blocks.tables(),
        web=False,
    )


def _sender(message: EmailMessage) -> str:
    """Who sent it, by name, else by address."""
    addresses = getattr(message.get("from"), "addresses", ())
    return next((a.display_name or a.addr_spec for a in addresses), "")


def _date(message: EmailMessage) -> str:
    sent = getattr(message.get("date"), "datetime", None)
    return sent.date().isoformat() if sent is not None else ""
