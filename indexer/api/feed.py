"""What changed in the library, as Atom feeds (RFC 4287), the latest first: plans, and answers to saved questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree as ET

from indexer.exporting.alerts import alert_lines, alert_link, alert_title
from indexer.library import Library
from indexer.types import Version

MEDIA_TYPE = "application/atom+xml"
#: Entries of the feed.
MOST = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: Control characters, which XML has no way to write.
_UNWRITABLE = {code: " " for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: " ", 0xFFFF: " "}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a feed; ``updated`` is ISO 8601."""

    id: str
    updated: str
    title: str
    link: str
    summary: str


def changes_feed(library: Library, base: str) -> bytes:
    """Plans added, replaced and removed; ``base`` is the address of the pages, without a slash at its end."""
    entries = [
        _Entry(
            f"urn:plancite:{quote(plan)}:{number}:{what.lower()}",
            at,
            f"{what}: {title}",
            f"{base}/library?plan={quote(plan)}",
            f"Version {number} of {plan}.",
        )
        for at, plan, number, what, title in sorted(_events(library), reverse=True)[:MOST]
    ]
    return _feed("Changes of plans", f"{base}/api/v1/changes.atom", entries)


def alerts_feed(library: Library, base: str) -> bytes:
    """Answers that changed, those of the person's own saved questions and of shared ones, each once."""
    entries = [
        _Entry(
            f"urn:plancite:alert:{alert.id}",
            alert.at,
            alert_title(alert),
            alert_link(alert, base),
            "\n".join(alert_lines(alert)[1:]),
        )
        for alert in library.alerts()[:MOST]
    ]
    return _feed("Changed answers", f"{base}/api/v1/alerts.atom", entries)


def _feed(title: str, address: str, entries: Sequence[_Entry]) -> bytes:
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "title", title)
    _add(feed, "id", address)
    ET.SubElement(feed, "link", rel="self", href=address)
    _add(ET.SubElement(feed, "author"), "name", "Plancite")
    _add(feed, "updated", entries[0].updated if entries else "1970-01-01T00:00:00+00:00")
    for each in entries:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "title", each.title)
        _add(entry, "id", each.id)
        _add(entry, "updated", each.updated)
        ET.SubElement(entry, "link", href=each.link)
        _add(entry, "summary", each.summary)
    data: bytes = ET.tostring(feed, "utf-8", xml_declaration=True)
    return data


def _events(library: Library) -> Iterator[tuple[str, str, int, str, str]]:
    """(when, plan, version, what, title) of each change; within one second the version gives the order."""
    removed = {version.plan for version in library.removed()}
    for plan in [*(info.id for info in library.plans()), *removed]:
        for version in library.versions(plan):
            yield _event(version, version.since, "Replaced" if version.n > 1 else "Added")
        if plan in removed:
            yield _event(version, version.until, "Removed")


def _event(version: Version, at: str, what: str) -> tuple[str, str, int, str, str]:
    return at, version.plan, version.n, what, version.title


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text.translate(_UNWRITABLE)
