"""What changed in the library, as an Atom feed (RFC 4287): plans added, replaced and removed, the latest first."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree as ET

from indexer.library import Library
from indexer.types import Version

MEDIA_TYPE = "application/atom+xml"
#: Entries of the feed.
MOST = 100
_ATOM = "http://www.w3.org/2005/Atom"
#: Control characters, which XML has no way to write.
_UNWRITABLE = {code: " " for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: " ", 0xFFFF: " "}


def changes_feed(library: Library, base: str) -> bytes:
    """The feed; ``base`` is the address of the pages, without a slash at its end."""
    events = sorted(_events(library), reverse=True)[:MOST]
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "title", "Changes of plans")
    _add(feed, "id", f"{base}/api/v1/changes.atom")
    ET.SubElement(feed, "link", rel="self", href=f"{base}/api/v1/changes.atom")
    _add(ET.SubElement(feed, "author"), "name", "Plancite")
    _add(feed, "updated", events[0][0] if events else "1970-01-01T00:00:00+00:00")
    for at, plan, number, what, title in events:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "title", f"{what}: {title}")
        _add(entry, "id", f"urn:plancite:{quote(plan)}:{number}:{what.lower()}")
        _add(entry, "updated", at)
        ET.SubElement(entry, "link", href=f"{base}/library?plan={quote(plan)}")
        _add(entry, "summary", f"Version {number} of {plan}.")
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
