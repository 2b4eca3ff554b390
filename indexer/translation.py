"""The words that people read: English where they stand in the code, Chinese from the catalogue ``locale/zh.po``.

A text is marked where it stands: ``_("Search")``, ``ngettext("{count} row", "{count} rows", n)``, or ``N_("Search")``
in a table, whose entries go through ``_`` where they are shown. What varies is named: ``_("In {scope}.").format(...)``.
"""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")
ENGLISH = "en"
#: The languages, each by its own name.
LANGUAGES = {ENGLISH: "English", "zh": "中文"}


@dataclass(slots=True)
class Reader:
    """Who reads: ``language`` gives their language at each text. The pages put that of the running session here."""

    language: Callable[[], str] = lambda: ENGLISH


READER = Reader()


def _(message: str) -> str:
    """``message`` in the reader's language."""
    return _catalogue(READER.language()).gettext(message) if message else ""


def pgettext(context: str, message: str) -> str:
    """``message`` in the reader's language, in the sense that ``context`` names where it has several."""
    return _catalogue(READER.language()).pgettext(context, message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form for ``number`` in the reader's language."""
    return _catalogue(READER.language()).ngettext(singular, plural, number)


def N_(message: str) -> str:
    """``message`` as it is, marked for the catalogue."""
    return message


def enumerated(texts: Iterable[str]) -> str:
    """``texts`` with commas between, as the reader's language has them."""
    return _(", ").join(texts)


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    if language == ENGLISH:
        return catalogues.NullTranslations()
    from babel.messages.mofile import write_mo  # late: English needs none of it
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (LOCALE / f"{language}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
