"""Alerts -> a title and lines of text, for mail, feed and terminal."""

from __future__ import annotations

from urllib.parse import quote

from indexer.types import Alert, Sentence
from indexer.wording import line


def alert_title(alert: Alert) -> str:
    """What a change did, and to the answer of which question."""
    return f"{', '.join(map(str, alert.classes)).capitalize()}: {alert.question}"


def alert_lines(alert: Alert, pages: str = "") -> list[str]:
    """The question, the plan, the old and the new quote with their places, and a link to the page."""
    lines = [alert_title(alert), alert.title]
    lines += ["", "Before" + _quoted(alert.old)] if alert.old else []
    lines += ["", "Now" + _quoted(alert.new)] if alert.new else []
    return [*lines, *(["", alert_link(alert, pages)] if pages else [])]


def alert_link(alert: Alert, pages: str) -> str:
    """The address of the page on what changed in the alert's plan; ``pages`` is that of the pages."""
    if alert.old_version and alert.new_version:
        versions = f"&old={alert.old_version}&new={alert.new_version}"
        return f"{pages}/library?plan={quote(alert.plan)}&part=changes{versions}"
    return f"{pages}/library?plan={quote(alert.plan)}" if alert.new else f"{pages}/library?tab=questions"


def _quoted(sentence: Sentence) -> str:
    place = line(sentence.place)
    return f"{f' ({place})' if place else ''}: “{line(sentence.text)}”"
