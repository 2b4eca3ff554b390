"""Opening PDFs and their pages: pdfium may be used by one thread at a time, whatever the document.

A page holds the others up while it is open, some milliseconds; what takes longer is done after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfiumError

__all__ = ["PdfiumError", "open_document", "open_page", "open_text"]

_FLATTENED = pdfium_c.FLATTEN_SUCCESS
_ALONE = RLock()


@contextmanager
def open_document(data: bytes) -> Iterator[Any]:
    """pypdfium2's document, closed afterwards. Raises PdfiumError when ``data`` is not a readable PDF."""
    with _ALONE:
        document = pypdfium2.PdfDocument(data)
    try:
        yield document
    finally:
        with _ALONE:
            document.close()


@contextmanager
def open_page(document: Any, index: int) -> Iterator[Any]:
    """pypdfium2's page ``index``, from 0, for this thread alone. Raises PdfiumError when it is damaged.

    What is filled in in the fields of a form is drawn on it as text.
    """
    with _ALONE:
        page = document[index]
        if document.get_formtype() and pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY) == _FLATTENED:
            page.close()
            page = document[index]
        try:
            yield page
        finally:
            page.close()


@contextmanager
def open_text(page: Any) -> Iterator[Any]:
    """pypdfium2's text of an open page. Raises PdfiumError."""
    textpage = page.get_textpage()
    try:
        yield textpage
    finally:
        textpage.close()
