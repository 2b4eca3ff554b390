"""What can be done with a quote, as HTML: open its source, copy it, see its counterparts.

A page has dozens of quotes. Their links and buttons are part of their text, each page drawing one element a quote
and not six, and act by two scripts of our own: a link changes the address, which the page follows, and a button
takes to the clipboard what it carries.
"""

from __future__ import annotations

import json

from indexer.exporting.markdown import markdown_quotation
from indexer.types import Citation, Passage
from indexer.ui.shared.markup import Html, element, text_element
from indexer.wording import quotation


def actions_html(
    label: str, address: str, place: Citation | Passage, *, hint: str = "", counterparts: str = ""
) -> Html:
    """A link to ``address``, which opens the source, and the quote with its citation to copy.

    A ``label`` of a citation looks like one; ``counterparts`` is the address that shows those of the quote.
    """
    chip = "chip" if isinstance(place, Citation) else ""
    actions = [
        element("a", text_element("span", label), css=chip, href=address, **({"title": hint} if hint else {})),
        _copying("Copy quote", quotation(place)),
        _copying("Copy as Markdown", markdown_quotation(place)),
    ]
    if counterparts:
        actions.append(element("a", text_element("span", "Counterparts"), href=counterparts))
    return element("div", *actions, css="actions")


def _copying(label: str, text: str) -> Html:
    """A button that carries ``text`` as JSON without angle brackets: the browser's cleaner of HTML drops an attribute
    in which a comment or a script seems to end."""
    carried = json.dumps(text, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return element("button", text_element("span", label), type="button", data_copied=carried)
