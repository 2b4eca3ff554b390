"""Saved web pages made up around a plan, of several kinds of sites, with what such sites put around a document."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from documents import Made, make
from offices import markup

_PLACES = "Harbour Millbrook Eastwick Northgate Fenland Ashdown Larkfield Stonebridge Heathcote Riverton".split()
_TOPICS = "parking permits|library hours|council tax|school meals|bin collection|road works|swimming lessons|dog licences".split(
    "|"
)
_NAMES = "Ada Bert Cleo Dora Emil Fay Gus Hana".split()


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page with the strings of its plan and those around it, each with the kind of furniture that it is."""

    html: str
    main: tuple[str, ...]
    around: tuple[tuple[str, str], ...]


class _Around:
    """Writes what stands around a plan and notes it; numbers make each string one that no plan has."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.seed = seed
        self.noted: list[tuple[str, str]] = []

    def note(self, kind: str, text: str) -> str:
        self.noted.append((kind, text))
        return html.escape(text)

    def link(self, kind: str, form: str) -> str:
        text = form.format(place=self.draw.choice(_PLACES), topic=self.draw.choice(_TOPICS), n=len(self.noted))
        return f'<a href="/{len(self.noted)}">{self.note(kind, text)}</a>'

    def links(self, kind: str, low: int, high: int, form: str) -> list[str]:
        return [self.link(kind, form) for _ in range(self.draw.randint(low, high))]

    def items(self, kind: str, low: int, high: int, form: str, tag: str = "ul") -> str:
        return f"<{tag}>{''.join(f'<li>{link}</li>' for link in self.links(kind, low, high, form))}</{tag}>"

    def news(self, kind: str) -> str:
        place, topic = self.draw.choice(_PLACES), self.draw.choice(_TOPICS)
        return self.note(
            kind, f"The mayor of {place} says that {topic} will change in spring, report {len(self.noted)}."
        )

    def comment(self) -> str:
        place, topic = self.draw.choice(_PLACES), self.draw.choice(_TOPICS)
        return self.note("comments", f"I waited {len(self.noted) + 2} weeks for {topic} in {place}!")

    def page(self, made: Made, body: str, title: str = "", head: str = "") -> SavedPage:
        main = tuple(part for _, pieces in made.blocks for part in pieces)
        title = title or f"{made.title} - Council portal"
        return SavedPage(
            f'<!DOCTYPE html><html lang="{made.language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
            f"<body>{body}</body></html>",
            main,
            tuple(self.noted),
        )


def plain(seed: int) -> SavedPage:
    """A page of one of four builds: HTML's own elements, classes, neither, or a table for layout."""
    around = _Around(seed)
    draw, note = around.draw, around.note
    made = make("page", seed, "zh" if seed % 10 == 9 else "en", 2 + seed % 4)
    build = ("semantic", "classes", "bare", "table")[seed % 4]

    def box(tag: str, name: str, inner: str) -> str:
        match build:
            case "semantic":
                return f"<{tag}>{inner}</{tag}>"
            case "classes":
                return f'<div class="{name}" id="{name}-{seed}">{inner}</div>'
            case "table":
                return f"<table><tr><td>{inner}</td></tr></table>"
        return f'<div class="c{len(around.noted)}"><div>{inner}</div></div>'

    menu = around.items("navigation", 5, 12, "{topic} {n}")
    cookies = note(
        "cookies", f"We use cookies to make the site of {draw.choice(_PLACES)} work and to count visits ({seed})."
    )
    related = around.items("related", 3, 8, "News {n}: {place} changes its {topic}")
    teaser = note(
        "related",
        f"In other news, {draw.choice(_PLACES)} has a new rule for {draw.choice(_TOPICS)}, says the mayor ({seed}).",
    )
    comments = "".join(
        f'<div class="comment"><b>{draw.choice(_NAMES)}</b><p>{around.comment()}</p></div>'
        for _ in range(draw.randint(0, 4))
    )
    cells = [around.link("tables of links", "Form {n} ({topic})") for _ in range(draw.choice((0, 6, 9)))]
    table = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in cells[i : i + 3])}</tr>" for i in range(0, len(cells), 3))
    share = "".join(f"<li>{note('share', f'Share on {name} ({seed})')}</li>" for name in ("Birdsite", "Facepage"))
    foot = note("footer", f"© {2000 + seed % 30} The Council of {draw.choice(_PLACES)}. All rights reserved.")
    sign_up = note(
        "sign-up", f"Sign up for our newsletter no. {seed} and never miss a thing in {draw.choice(_PLACES)}."
    )
    beside = box("aside", "sidebar related-posts", f"<h3>Related news</h3>{related}<p>{teaser}</p>")
    below = [
        box("section", "comments", f"<h3>Comments</h3>{comments}") if comments else "",
        f"<table>{table}</table>" if table else "",
        box("section", "newsletter", f"<p>{sign_up}</p>"),
    ]
    inside = seed % 3 == 0  # what is about other things stands in the content's own box
    article = box("article", "post-body", f"<h1>{made.title}</h1>{markup(made)}")
    content = [article, f"<ul>{share}</ul>", *([beside, *below] if inside else [])]
    parts = [
        box("header", "site-header", box("nav", "main-menu", menu)),
        box("div", "cookie-banner", f"<p>{cookies}</p><button>Accept</button>"),
        box("main", "content", "".join(content)),
        *([] if inside else [beside, *below]),
        box("footer", "site-footer", f"<p>{foot}</p>"),
    ]
    return around.page(made, "".join(parts))


def portal(seed: int) -> SavedPage:
    """A government's site of today: breadcrumbs, publishing data, a contents list beside the text, a question below."""
    around = _Around(seed)
    note, draw = around.note, around.draw
    made = make("page", 100 + seed, "en", 3 + seed % 3)
    anchors = "".join(
        f'<li><a href="#s{i}">{pieces[0]}</a></li>' for i, (kind, pieces) in enumerate(made.blocks) if kind == "h1"
    )
    crumbs = around.items("navigation", 2, 4, "Topic {n}: {topic}", "ol")
    services = around.items("footer", 6, 14, "Service {n}: {topic}")
    guides = "".join(
        f"<div><h3>{around.link('related', 'Guide {n} to {topic}')}</h3><p>{around.news('related')}</p></div>"
        for _ in range(draw.randint(1, 3))
    )
    languages = around.items("navigation", 3, 6, "Language no. {n}")
    body = f"""<a class="skip-link" href="#content">{note("navigation", f"Skip to main content {seed}")}</a>
<div role="dialog" aria-label="Cookies" class="cb"><h2>{note("cookies", f"Cookies on portal {seed}")}</h2>
<p>{note("cookies", f"We would like to set additional cookies to understand how you use portal {seed}.")}</p></div>
<header role="banner"><div><a href="/">{note("navigation", f"Portal {seed} of the government")}</a></div></header>
<div class="breadcrumbs" aria-label="Breadcrumb">{crumbs}</div>
<main id="content" role="main"><div class="title"><span>{note("data", f"Policy paper no. {seed}")}</span><h1>{made.title}</h1></div>
<div class="metadata"><dl><dt>From:</dt><dd>{around.link("data", "Department {n} for {topic}")}</dd></dl></div>
<div class="translations"><h2>Languages</h2>{languages}</div>
<div class="row"><div class="third"><div class="contents-list" role="navigation"><h2>Contents</h2><ol>{anchors}</ol></div></div>
<div class="govspeak">{markup(made)}</div></div>
<div class="related" role="complementary"><h2>Related content</h2>{guides}</div></main>
<div class="feedback"><h2>{note("feedback", f"Is page {seed} useful?")}</h2><button>Yes</button><button>No</button>
<p>{note("feedback", f"Help us improve portal {seed}: tell us what you were doing and what went wrong.")}</p></div>
<footer role="contentinfo">{services}<p>{note("footer", f"All content is available under licence {seed}, except where otherwise stated.")}</p></footer>"""
    return around.page(made, body, f"{made.title} | Portal")


def news(seed: int) -> SavedPage:
    """A newspaper's page that prints a plan: promotions between the paragraphs, cards of other stories below."""
    around = _Around(seed)
    note, draw = around.note, around.draw
    made = make("page", 200 + seed, "en", 2)
    promo = (
        f'<div class="inline-promo"><span>READ MORE</span>{around.link("promotions", "Story {n}: {topic} in {place}")}</div>',
        f"<p><strong>Read more: {around.link('promotions', 'Story {n}: {place} and its {topic}')}</strong></p>",
        f'<aside class="newsletter-box"><p>{note("promotions", f"Get the morning letter no. {seed} in your inbox, every day at six.")}</p></aside>',
    )
    blocks = re.split(r"(?<=</p>)", markup(made))
    for at, box in zip((3, 5, 8), promo, strict=True):
        blocks.insert(at, box)
    cards = "".join(
        f'<div class="card"><h3>{around.link("related", "Story {n} about {topic}")}</h3><p>{around.news("related")}</p></div>'
        for _ in range(draw.randint(3, 6))
    )
    remarks = "".join(f"<li><b>{draw.choice(_NAMES)}</b> <p>{around.comment()}</p></li>" for _ in range(3))
    tags = " ".join(around.links("data", 3, 6, "tag {n} {topic}"))
    body = f"""<header><nav>{around.items("navigation", 8, 12, "Section {n}")}</nav></header>
<div class="ad">{note("promotions", f"Advertisement {seed}: buy two and pay for one, only until Sunday.")}</div>
<main><article><h1>{made.title}</h1><div class="byline">{note("data", f"By our reporter no. {seed} in Ashdown")}</div>
<div class="social-share">{note("share", f"Share this story {seed} on Facepage")}</div>
<figure><img src="a.jpg"><figcaption>{note("data", f"Photo {seed}: agency, all rights with the agency")}</figcaption></figure>
{"".join(blocks)}<div class="tags">Topics: {tags}</div>
<section class="author-bio"><p>{note("data", f"Our reporter no. {seed} has written about the county since she was a student.")}</p></section>
</article><section class="most-read"><h2>Most read</h2>{around.items("related", 5, 5, "Story {n} on {topic}", "ol")}</section>
<section><h2>More from the county</h2>{cards}</section>
<section id="comments"><h2>3 comments</h2><ul>{remarks}</ul></section></main>
<footer>{around.items("footer", 5, 9, "About {n}")}<p>{note("footer", f"© Daily Paper {seed}. Registered in Fenland.")}</p></footer>"""
    return around.page(made, body, f"{made.title} | Daily Paper")


def blog(seed: int) -> SavedPage:
    """A town's site made with a blog's program: classes, widgets in a bar, neighbours and a form for replies."""
    around = _Around(seed)
    note = around.note
    made = make("page", 300 + seed, "en", 2 + seed % 3)
    replies = "".join(
        f'<li class="comment"><div class="comment-author">{name}</div><div class="comment-content"><p>{around.comment()}</p></div></li>'
        for name in _NAMES[: seed % 4]
    )
    body = f"""<div id="page" class="hfeed site"><div id="masthead" class="site-header"><div class="site-branding">
<p class="site-title"><a href="/">{note("navigation", f"Town {seed} on the river")}</a></p></div>
<div id="site-navigation" class="main-navigation">{around.items("navigation", 5, 9, "Page {n}: {topic}")}</div></div>
<div id="content" class="site-content"><div id="primary" class="content-area"><div class="post type-post hentry">
<div class="entry-header"><h1 class="entry-title">{made.title}</h1>
<div class="entry-meta">Posted on <a href="/d">{note("data", f"day {seed} of the year")}</a> by <a href="/w">{note("data", f"webmaster{seed}")}</a></div></div>
<div class="entry-content">{markup(made)}<div class="sharedaddy"><h3>{note("share", f"Share this post {seed}:")}</h3><ul><li>Mail</li></ul></div></div>
<div class="entry-footer">Posted in {around.link("data", "category {n}")}. Tagged {around.link("data", "tag {n}")}.</div></div>
<div class="post-navigation"><div class="nav-links">{"".join(around.links("navigation", 2, 2, "Post {n}: {place} and its {topic}"))}</div></div>
<div id="comments" class="comments-area"><h2>Thoughts</h2><ol class="comment-list">{replies}</ol><div id="respond">
<h3>{note("comments", f"Leave a reply to post {seed}")}</h3><form><textarea></textarea></form></div></div></div>
<div id="secondary" class="widget-area"><div class="widget"><h2>Recent posts</h2>{around.items("related", 4, 6, "Post {n}: {topic}")}</div>
<div class="widget"><h2>About</h2><p>{note("related", f"Town {seed} has 4,000 people, two schools and a market on Fridays.")}</p></div>
<div class="widget tagcloud">{" ".join(around.links("related", 5, 9, "cloud{n}"))}</div></div></div>
<div id="colophon" class="site-footer"><div class="site-info">{note("footer", f"Proudly made with Blog {seed}")}</div></div></div>"""
    return around.page(made, body, f"{made.title} – Town")


def old(seed: int) -> SavedPage:
    """A page of the nineties: tables within tables, a menu in the left cell, headings in bold, breaks for paragraphs."""
    around = _Around(seed)
    note = around.note
    made = make("page", 400 + seed, "en", 2 + seed % 3)
    text = markup(made)
    text = re.sub(r"<h\d>(.*?)</h\d>", r'<font size="4"><b>\1</b></font><br><br>', text)
    text = re.sub(r"<p>(.*?)</p>", r"\1<br><br>", text)
    menu = "<br>".join(around.links("navigation", 8, 14, "Office {n}: {topic}"))
    rows = "".join(f"<tr><td>&bull;</td><td>{link}</td></tr>" for link in around.links("related", 3, 6, "News {n}"))
    bar = " | ".join(around.links("navigation", 4, 7, "Menu {n}"))
    body = f"""<table width="100%"><tr><td colspan="3"><img src="top.gif"></td></tr><tr><td colspan="3" bgcolor="#003366">{bar}</td></tr>
<tr><td width="150" valign="top">{menu}<br><br><b>Hot news</b><table>{rows}</table></td>
<td valign="top"><font size="5"><b>{made.title}</b></font><br><br>{text}</td>
<td width="120" valign="top"><b>Search</b><form><input></form>
<font size="1">{note("related", f"Visitors since 1998: {seed + 40000}. Best seen with 800 by 600.")}</font></td></tr>
<tr><td colspan="3" align="center"><font size="1">{" | ".join(around.links("footer", 3, 5, "Foot {n}"))}<br>
{note("footer", f"County of {seed} Hills, 1 Court Street. Write to the webmaster.")}</font></td></tr></table>"""
    return around.page(made, body, made.title)


def chinese(seed: int) -> SavedPage:
    """A Chinese government's site: where the page stands, size of the type, attachments, links to other offices."""
    around = _Around(seed)
    note = around.note
    made = make("page", 500 + seed, "zh", 3 + seed % 3)
    crumbs = " &gt; ".join(around.links("navigation", 2, 4, "栏目{n}"))
    offices = "".join(f"<option>{note('footer', f'友情链接第{i}号{seed}')}</option>" for i in range(4))
    body = f"""<div class="header"><div class="logo">{note("navigation", f"第{seed}省人民政府门户网站")}</div>
<ul class="nav">{"".join(f"<li>{link}</li>" for link in around.links("navigation", 6, 9, "频道{n}"))}</ul></div>
<div class="position">当前位置：{crumbs}</div><div class="box"><div class="con_l"><div class="article"><h1>{made.title}</h1>
<div class="info"><span>{note("data", f"来源：第{seed}省政府办公厅")}</span><span>{note("data", f"浏览次数：{seed + 3000}")}</span>
<span>{note("share", f"字号{seed}：大 中 小")}</span></div><div id="UCAP-CONTENT">{markup(made)}</div></div>
<div class="annex">相关文件：{"".join(around.links("related", 2, 4, "关于第{n}号通知的解读"))}</div>
<div class="tools"><a href="#">{note("share", f"打印本页{seed}")}</a> <a href="#">{note("share", f"关闭窗口{seed}")}</a></div></div>
<div class="con_r"><h3>热点新闻</h3>{around.items("related", 4, 7, "热点{n}：办事大厅延长时间")}</div></div>
<div class="friend"><select>{offices}</select></div><div class="footer"><p>{note("footer", f"主办：第{seed}省人民政府办公厅　备案序号：京ICP备{seed + 1000}号")}</p>
<p>{around.link("footer", "网站地图{n}")} {around.link("footer", "联系我们{n}")}</p></div>"""
    return around.page(made, body, f"{made.title}_第{seed}省政府")


def printed(seed: int) -> SavedPage:
    """A PDF turned into a page: a box a sheet, with a header and a foot that come again on each."""
    around = _Around(seed)
    note, draw = around.note, around.draw
    made = make("page", 600 + seed, "en", 3 + seed % 3)
    blocks = re.findall(r"<(?:h\d|p|ul|table)>.*?</(?:h\d|p|ul|table)>", markup(made))
    each = draw.randint(5, 8)
    sheets = [blocks[i : i + each] for i in range(0, len(blocks), each)]
    title = note("running", f"Draft {seed} for the Council")
    pages = "".join(
        f'<div class="pf" id="pf{i}"><div class="t h1">{title}</div><div class="pc">{"".join(sheet)}</div>'
        f'<div class="t f1">{note("running", f"Sheet {i} of {len(sheets)} in file {seed}")}</div></div>'
        for i, sheet in enumerate(sheets, 1)
    )
    outline = "".join(
        f'<li><a href="#pf{i}">{note("navigation", f"Outline {i} of file {seed}")}</a></li>' for i in range(9)
    )
    return around.page(
        made,
        f'<div id="sidebar"><div id="outline"><ul>{outline}</ul></div></div><div id="page-container"><h1>{made.title}</h1>{pages}</div>',
        made.title,
    )


def law(seed: int) -> SavedPage:
    """A database of laws: links within the text, a tree of other laws, older versions, neighbours above and below."""
    around = _Around(seed)
    note = around.note
    made = make("page", 700 + seed, "en", 3 + seed % 3)
    text = re.sub(r"\b(quota|permit|rules|auditors|council)\b", r'<a href="/def/\1">\1</a>', markup(made))
    steps = f'<div class="prevnext">{around.link("navigation", "« Act no. {n}")} {around.link("navigation", "Act no. {n} »")}</div>'
    versions = "".join(
        f"<tr><td>{around.link('tables of links', 'Version {n}')}</td><td>{note('tables of links', f'in force in year {1990 + i} of series {seed}')}</td></tr>"
        for i in range(4)
    )
    body = f"""<div id="layout1"><div id="top"><ul>{"".join(f"<li>{link}</li>" for link in around.links("navigation", 5, 8, "Collection {n}"))}</ul></div>
<div id="leftcol"><p>{note("navigation", f"Browse database {seed}")}</p>{around.items("navigation", 8, 15, "Act {n} on {topic}")}</div>
<div id="content">{steps}<h1>{made.title}</h1><p class="status">{note("data", f"Changes to legislation: there are {seed + 2} outstanding changes not yet made by the editors.")}</p>
<div class="LegSnippet">{text}</div><h3>Versions</h3><table>{versions}</table>{steps}</div>
<div id="rightcol"><h3>What version</h3>{around.items("navigation", 2, 3, "View {n}")}
<p>{note("related", f"Opening options {seed}: some documents are large and take a while to open.")}</p></div>
<div id="bottom">{around.items("footer", 4, 6, "Policy {n}")}<span>{note("footer", f"Database {seed} of the State Printer")}</span></div></div>"""
    return around.page(made, body, made.title)


def app(seed: int) -> SavedPage:
    """A site drawn by a script: elements without meaning, hashed classes, hidden boxes, dialogues over the page."""
    around = _Around(seed)
    note, draw = around.note, around.draw
    made = make("page", 800 + seed, "en", 2 + seed % 3)

    def div(inner: str, more: str = "") -> str:
        return f'<div class="css-{draw.randrange(16**5):05x}"{more}>{inner}</div>'

    def button(text: str) -> str:
        return div(text, ' role="button" tabindex="0"')

    text = re.sub(r"<(h\d|p|ul|table)>.*?</\1>", lambda block: div(block[0]), markup(made))
    menu = div("".join(div(link) for link in around.links("navigation", 6, 10, "{topic} {n}")))
    hidden = div(f"<p>{note('hidden', f'Your session {seed} has ended. Log in again to go on.')}</p>", " hidden")
    shut = div(f"<p>{around.news('hidden')}</p>", ' aria-hidden="true" style="display: none"')
    cards = "".join(
        div(
            f'<a href="/c"><div>{note("related", f"Card {i} of deck {seed}")}</div><div>{around.news("related")}</div></a>'
        )
        for i in range(draw.randint(3, 6))
    )
    consent = div(
        f"<p>{note('cookies', f'We and our {seed + 300} partners store information on your device and use it.')}</p>"
        + button(note("cookies", f"Accept all {seed}")),
        ' role="dialog" aria-modal="true"',
    )
    tools = div(button(note("share", f"Copy link {seed}")) + button(note("share", f"Download as file {seed}")))
    foot = div(
        div(" ".join(around.links("footer", 5, 9, "Foot {n}"))) + div(note("footer", f"Registered office {seed}"))
    )
    body = (
        div(menu + div(div(f"<h1>{made.title}</h1>") + tools + div(text) + div(cards)) + foot) + hidden + shut + consent
    )
    return around.page(made, f'<div id="root">{body}</div>', made.title)


def wiki(seed: int) -> SavedPage:
    """A wiki: links to edit at each heading, a box of data, tables of links, categories."""
    around = _Around(seed)
    note = around.note
    made = make("page", 900 + seed, "en", 3 + seed % 3)
    text = re.sub(
        r"<h1>(.*?)</h1>",
        r'<h2><span>\1</span><span class="mw-editsection">[<a href="/e">edit</a>]</span></h2>',
        markup(made),
    )
    contents = "".join(
        f'<li><a href="#s{i}">{pieces[0]}</a></li>' for i, (kind, pieces) in enumerate(made.blocks) if kind == "h1"
    )
    box = f"""<table class="navbox" role="navigation"><tr><th colspan="2">{around.link("tables of links", "Plans {n} of the region")}</th></tr>
{"".join(f"<tr><th>Group {i}</th><td>{' · '.join(around.links('tables of links', 4, 7, 'Plan {n}'))}</td></tr>" for i in range(3))}</table>"""
    body = f"""<div id="content" class="mw-body" role="main"><h1 id="firstHeading">{made.title}</h1><div id="siteSub">{note("data", f"From Wiki {seed}, which all may edit")}</div>
<div id="toc" class="toc" role="navigation"><h2>Contents</h2><ul>{contents}</ul></div><div class="mw-parser-output">{text}</div>{box}
<div id="catlinks">Categories: {" | ".join(around.links("navigation", 2, 5, "Category {n}"))}</div></div>
<div id="mw-panel">{around.items("navigation", 6, 10, "Tool {n}")}</div>
<div id="footer" role="contentinfo"><ul><li>{note("footer", f"This page was last edited on day {seed} of the year.")}</li></ul></div>"""
    return around.page(made, body, f"{made.title} - Wiki")


#: Pages by kind of site, each made from a seed.
KINDS: dict[str, Callable[[int], SavedPage]] = {
    make_page.__name__: make_page for make_page in (plain, portal, news, blog, old, chinese, printed, law, app, wiki)
}
