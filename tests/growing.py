"""Texts that aim at the patterns of reading, language, targets and asking: long runs, near matches, alternations.

``GENERATORS`` make texts of about a given number of characters; a pattern that backtracks takes the square or more of it.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from functools import partial

#: For four times the text: proportion, and half as much again for the machine.
MOST_TIMES = 6
MOST_SECONDS = 2.0
_TRIES = 4
_NOISE = 0.05  # seconds below which nothing is measured


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds of ``run``."""
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def assert_proportional(run: Callable[[int], object], sizes: tuple[int, int, int]) -> None:
    """That ``run`` takes at most ``MOST_TIMES`` for four times the size, and ``MOST_SECONDS``.

    The least time of each size over a few tries is compared: a busy machine only ever adds to it.
    """
    least = [math.inf] * len(sizes)
    for _ in range(_TRIES):
        for i, size in enumerate(sizes):
            least[i] = min(least[i], seconds(lambda size=size: run(size)))  # type: ignore[misc]
        if least[-1] < MOST_SECONDS and least[-1] <= MOST_TIMES * max(least[0], _NOISE):
            return
    raise AssertionError(f"{least} s for {sizes} characters")


def repeat(unit: str, size: int, *, before: str = "", after: str = "") -> str:
    """``unit`` repeated to ``size`` characters between ``before`` and ``after``."""
    return before + unit * (size // len(unit)) + after


def counted(template: str, size: int) -> str:
    """``template`` filled with 1, 2, 3 … to ``size`` characters."""
    return "".join(template.format(i) for i in range(1, size // len(template) + 1))


_UNITS = {
    # a table's lines, and figures without a stop
    "rows of a table": "District 7 12.7 13.0 140 15,107 1.7\n",
    "rows of a table in one line": "District 7 12.7 13.0 140 15,107 1.7 ",
    "rows with a unit": "Kiln 7, 140 MW, 15,107 tons, 1.7%\n",
    "a table with bars": "Kiln 7 | 12.7 | 13.0 | 140 |\n",
    "tables with bars": "a | b\n---|---\n1 | 2\n\n",
    "captions": "Table 7\na | b\n---|---\n1 | 2\n\n",
    "lines under heads": "---|---\n",
    "one line under heads": "---|",
    "tables": "<table><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table>",
    # digits
    "digits": "7",
    "digits with commas": "123,",
    "digits with points": "1.",
    "digits with blanks": "123 456 ",
    "near thousands": "1,2345,",
    "figures cut off": "reach 1. ",
    "figures without a unit": "by 1.3 compared ",
    "broken figures in a row": "1.3 1.3 ",
    "currencies": "$3 €4 US$5 RMB6 £7m-8m ",
    "ranges": "3-4-",
    "times and dates": "12:30:11 2023-05-12 April 3 3rd 5G ",
    "years": "2030 2025年 ",
    "percent": "3% 4 % 5 percent ",
    "scales": "3 million billion ",
    "per units": "3 kg per kg per ",
    "list marks": "(1) 1. 1.1 ",
    "articles": "Articles 4, 5 and 7(2), ",
    "number words": "one hundred and twenty thousand ",
    # Chinese
    "Chinese digits": "三",
    "Chinese figures": "三千七百万",
    "Chinese scales": "万亿",
    "Chinese hundreds of": "百分之",
    "Chinese years": "二〇三〇",
    "Chinese plans": "“十四五”",
    "Chinese verbs": "达到超过约",
    "Chinese without a stop": "提高能源利用效率，",
    "Chinese chapters": "第一章第二",
    # words of figures
    "half of": "half of the ",
    "thirds of": "two thirds of ",
    "between": "between 3 and 4 ",
    "bare between": "between ",
    "respectively": "respectively 3 ",
    "which": "which reach more than 3 ",
    "bare which": "which ",
    "with more than": "units with consumption of more than 3 ",
    "five-year plans": "the 14th Five-Year Plan ",
    "ends of five-year plans": "by the end of the 14th Five-Year Plan 3% ",
    "near five-year plans": "14th Five-Year ",
    "reduce by": "reduce by 3 ",
    "bare reduce": "reduce ",
    "reduced without by": "cut reduce lower fell ",
    "annual growth": "annual average growth 3 ",
    "bare annual": "annual ",
    "comparators": "not be more than at least no less than ",
    "goes on": "by a further another about ",
    "will reach": "will reach 3 ",
    "modals": "will shall should must ",
    "and": "and 3 ",
    "commas": "3, ",
    "bare commas": ", ",
    "semicolons": "a; ",
    "brackets": "(3 ",
    "nested brackets": "(",
    "excluding": "excluding 3 ",
    "bare excluding": "excluding ",
    "in places": "in the urban areas with more than 3 ",
    "bare places": "in the ",
    "places": "in areas ",
    "compared with": "compared with 2019 levels 3% ",
    "from to": "from 3 in 2024 to 4 in 2028 ",
    "decades": "the end of this decade 3 ",
    "base years": "relative to those in 2019 ",
    "leads": "by the end of the year ",
    "past": "was had made up rose grew 3 ",
    "have done": "has already been ",
    "obligations": "shall not be allowed to strive ",
    "units of names": "500 kV line 3 years ",
    "making up": "make up take up ",
    "accounts for": "account for cover 3 of ",
    "have of": "provide a thing of ",
    "behind": "3 of things that ",
    "including": "3 tons, including (excluding 4) ",
    "basic adverbs": "basically gradually steadily ",
    "time clauses": "by 2030 in 2031 and ",
    "adverbs between wide gaps": "reach 3%  basically   gradually  ",
    "figures between wide gaps": "reach 3%                    of  the   kilns ",
    "spaced excluding": "  (excluding 3 ",
    "spaced ends of years": "  from  the  end of  11  ",
    "spaced wide commas": "3%，， ",
    "closings and articles": "3) a ",
    "page numbers": "page 3 of ",
    "dockets": "[Docket No. ",
    "whole dockets": "[Docket Nos. 3 and 4]\n",
    "prepositions": "By 2030 in of ",
    "labels of tables": "table AA-1 ",
    "leaders": "Kilns . . . . . 11 ",
    "run leaders": "Kilns...... ",
    "mail addresses": "@",
    "places of states": "City of the A ",
    "places named": "North West Harbour ",
    "defused cells": "'=3 ",
    # characters
    "letters": "a",
    "capital letters": "A",
    "words": "energy ",
    "capitalised words": "Energy Storage ",
    "spelling": "capitalis",
    "spelling in words": "metrecentre",
    "long words with hyphens": "peak-",
    "hyphens": "-",
    "blanks": " ",
    "line ends": "\n",
    "blank lines": " \n",
    "tabs": "\t ",
    "wide blanks": "\u3000",
    "soft hyphens": "a\u00ad",
    "bare soft hyphens": "\u00ad",
    "broken words": "ener-\ngy ",
    "Chinese lines": "碳 \n 达\n",
    "Chinese blanks": "碳  ",
    "combining marks": "\u0301",
    "combining marks of two classes": "\u0301\u0323",
    "letters with marks": "e\u0301\u0323",
    "Korean letters": "\u1100\u1161",
    "stops": ".",
    "stops and closings": ".”",
    "stops with letters": "U.S.",
    "question marks": "？！",
    "initials": "A. ",
    "glued sentences": "fields.We will",
    "quotes": "\"“'",
    "headings": "# A\n",
    "hashes": "#",
    "fences": "```\n",
    "open fences": "~~~a\n",
    "marks of parts": "1.1 1.2 ",
    "lines of parts": "1. Kilns\n(1) Wind\n",
    "contents": "Contents\nKilns ..... 3\nWind 4\n",
    "references": "References\nAlder, P. (2019). Kilns.\n[1] Birch (2020)\n",
    "filing marks": "[FR Doc. 1 Filed 1-2-31]\n \n",
    "decimal lines": "1.1 Kilns\n",
    "glued marks": "\n2.3. Kilns",
    "bars": " | ",
    "greater": "> ",
    "stars": "* ",
    "copyright": "©",
    "copyright words": "copyright all rights ",
    "share this": "share this ",
    "lines of a web page": "Print this page\nSource: a\n",
    "issued": "issued on 2023-05 ",
    "names": "Anhui County ",
    "controls": "\x07a ",
}  # fmt: skip
_COUNTED = {
    "numbered sentences": "The kiln {0} will reach {0} tons by 2030. ",
    "numbered clauses": "the kiln {0} will reach {0} tons by 2030, ",
    "numbered lines": "Kiln {0} will reach {0} tons by 2030\n",
    "numbered headings": "{0}. Kilns\n",
    "numbered chapters": "Chapter {0}\nKilns close.\n",
}
GENERATORS: dict[str, Callable[[int], str]] = {
    **{name: partial(repeat, unit) for name, unit in _UNITS.items()},
    **{name: partial(counted, template) for name, template in _COUNTED.items()},
    "one figure behind a long clause": partial(repeat, "reduce the energy ", after="by 3%."),
    "one figure before a long clause": partial(repeat, "energy and energy ", before="It will reach 3% of "),
    "wide gaps before a figure": partial(repeat, " ", before="Kilns reach", after="3% by 2030 or"),
    "wide gaps behind a figure": partial(repeat, " ", before="Kilns reach 3% of", after="kilns."),
    "wide gaps in a cell": partial(repeat, " ", before="Kilns | 2030\n---|---\nCoal", after="kilns in | 3%\n"),
    "wide gaps in a head": partial(repeat, " ", before="Kilns", after="kilns | 2030\n---|---\nCoal | 3%\n"),
    "adverbs behind a figure": partial(repeat, " basically  ", before="Kilns reach 3% of", after="kilns."),
    "a place that goes on": partial(repeat, "energy ", before="In areas with more than 3 "),
}
