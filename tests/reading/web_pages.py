"""Saved web pages made up around a plan: navigation, cookie notes, related links, comments, tables of links."""

from __future__ import annotations

import random
from dataclasses import dataclass

from documents import make
from offices import markup

_PLACES = "Harbour Millbrook Eastwick Northgate Fenland Ashdown Larkfield Stonebridge Heathcote Riverton".split()
_TOPICS = "parking permits|library hours|council tax|school meals|bin collection|road works|swimming lessons|dog licences".split(
    "|"
)
_NAMES = "Ada Bert Cleo Dora Emil Fay Gus Hana".split()


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page with the strings of its plan and those around it."""

    html: str
    main: tuple[str, ...]
    around: tuple[str, ...]


def saved_page(seed: int) -> SavedPage:
    """A page of one of several builds, the same for the same seed."""
    draw = random.Random(seed)
    made = make("page", seed, "zh" if seed % 10 == 9 else "en", 2 + seed % 4)
    around: list[str] = []

    def note(text: str) -> str:
        around.append(text)
        return text

    def links(count: int, form: str) -> list[str]:
        found = []
        for _ in range(count):
            place, topic = draw.choice(_PLACES), draw.choice(_TOPICS)
            found.append(f'<a href="/{len(around)}">{note(form.format(place=place, topic=topic, n=len(around)))}</a>')
        return found

    build = ("semantic", "classes", "bare", "table")[seed % 4]

    def box(tag: str, name: str, inner: str) -> str:
        """A part of the page by its element, by its class, by neither, or as a cell of the page's layout."""
        match build:
            case "semantic":
                return f"<{tag}>{inner}</{tag}>"
            case "classes":
                return f'<div class="{name}" id="{name}-{seed}">{inner}</div>'
            case "table":
                return f"<table><tr><td>{inner}</td></tr></table>"
        return f'<div class="c{len(around)}"><div>{inner}</div></div>'

    menu = "".join(f"<li>{link}</li>" for link in links(draw.randint(5, 12), "{topic} {n}"))
    cookies = note(f"We use cookies to make the site of {draw.choice(_PLACES)} work and to count visits ({seed}).")
    related = "".join(f"<li>{link}</li>" for link in links(draw.randint(3, 8), "News {n}: {place} changes its {topic}"))
    teaser = note(
        f"In other news, {draw.choice(_PLACES)} has a new rule for {draw.choice(_TOPICS)}, says the mayor ({seed})."
    )
    comments = "".join(
        f'<div class="comment"><b>{draw.choice(_NAMES)}</b><p>{note(f"I waited {i + 2} weeks for {draw.choice(_TOPICS)} in {draw.choice(_PLACES)}!")}</p></div>'
        for i in range(draw.randint(0, 4))
    )
    cells = links(draw.choice((0, 6, 9)), "Form {n} ({topic})")
    table = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in cells[i : i + 3])}</tr>" for i in range(0, len(cells), 3))
    share = "".join(f"<li>{note(f'Share on {name} ({seed})')}</li>" for name in ("Birdsite", "Facepage", "Mail"))
    foot = note(f"© {2000 + seed % 30} The Council of {draw.choice(_PLACES)}. All rights reserved.")
    sign_up = note(f"Sign up for our newsletter no. {seed} and never miss a thing in {draw.choice(_PLACES)}.")
    article = f"<h1>{made.title}</h1>{markup(made)}"
    beside = box("aside", "sidebar related-posts", f"<h3>Related news</h3><ul>{related}</ul><p>{teaser}</p>")
    below = [
        box("section", "comments", f"<h3>Comments</h3>{comments}") if comments else "",
        f"<table>{table}</table>" if table else "",
        box("section", "newsletter", f"<p>{sign_up}</p>"),
    ]
    inside = seed % 3 == 0  # what is about other things stands in the content's own box
    content = [box("article", "post-body", article), f"<ul>{share}</ul>", *([beside, *below] if inside else [])]
    parts = [
        box("header", "site-header", box("nav", "main-menu", f"<ul>{menu}</ul>")),
        box("div", "cookie-banner", f"<p>{cookies}</p><button>Accept</button>"),
        box("main", "content", "".join(content)),
        *([] if inside else [beside, *below]),
        box("footer", "site-footer", f"<p>{foot}</p>"),
    ]
    language = made.language
    head = f'<head><meta charset="utf-8"><title>{made.title} - Council portal</title></head>'
    main = tuple(part for _, pieces in made.blocks for part in pieces)
    return SavedPage(
        f'<!DOCTYPE html><html lang="{language}">{head}<body>{"".join(parts)}</body></html>', main, tuple(around)
    )
