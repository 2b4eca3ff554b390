"""Which plans a question names: 50 city plans of one kind, and a short notice that has common words as its title."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeEncoder, make_content

from indexer.asking.answering import rank_question
from indexer.asking.naming import Named, PlanNames, plan_names, proper_names, without_names
from indexer.asking.question import read_question
from indexer.library import Library
from indexer.storage import Backend, Scope

STARTS = "Ard Bel Cor Dun Elm Fenn Glan Harr Iver Kest".split()
ENDS = "ingford aston brück mouth valley".split()
CITIES = [f"{start}{end}" for end in ENDS for start in STARTS]
PROVINCES = ["Westmarch", "Norrland", "Sundia", "Ostmark", "Velmora"]
TOPICS = (
    "the share of renewable energy", "new wind farms", "cement capacity", "electric buses", "waste that is sorted",
    "green buildings", "coal boilers", "forest cover", "water use of industry", "charging stations",
)  # fmt: skip
SENTENCES = [
    "By 2030 the share of renewable energy in {city} reaches {n} percent.",
    "New wind farms of {n} megawatts are built on the coast.",
    "Cement capacity is cut by {n} percent, and storage of energy grows.",
    "{city} buys {n} electric buses for its carbon peak.",
    "Waste that is sorted comes to {n} percent by 2025.",
    "Green buildings have a share of {n} percent.",
    "The notice on coal boilers is carried out in {n} districts.",
    "Forest cover grows to {n} percent in the whole city.",
    "The water use of industry falls by {n} percent.",
    "{n} charging stations are built in {city} and on the roads of {province}.",
]


@pytest.fixture
def cities(library: Library, fake_encoder: FakeEncoder) -> Library:
    """A plan of each of 50 cities in five provinces, and a notice of three lines with common words for a title."""
    draw = random.Random(31)
    for i, city in enumerate(CITIES):
        province = PROVINCES[i % len(PROVINCES)]
        texts = [s.format(city=city, province=province, n=draw.randint(11, 98)) for s in SENTENCES]
        title = f"{city} City Carbon Peak Implementation Plan"
        add(library, f"plan-{i:02}", title, texts, fake_encoder)
    lines = ["Cement firms report.", "Capacity is storage.", "Energy is saved."]
    add(library, "notice", "Cement Capacity Energy Storage Notice", lines, fake_encoder)
    return library


def add(library: Library, plan: str, title: str, texts: list[str], encoder: FakeEncoder) -> None:
    names = proper_names(plan, title, " ".join(texts))
    library.backend.add(
        make_content(plan, texts, encoder, names=names, title=title), (encoder.source, encoder.fingerprint)
    )


def questions() -> Iterator[tuple[str, int]]:
    """200 questions that each name a city, 40 of them with a typo."""
    draw = random.Random(7)
    forms = (
        "What does {city} plan for {topic}?",
        "{topic} in {city}",
        "how much {topic} will {city}'s plan bring by 2030",
    )
    for n in range(200):
        i = n % len(CITIES)
        city = misspelt(CITIES[i], draw) if n % 5 == 0 else CITIES[i]
        yield forms[n % 3].format(city=city if n % 2 else city.lower(), topic=draw.choice(TOPICS)), i


def misspelt(word: str, draw: random.Random) -> str:
    """``word`` with one edit behind its first letter: a letter left out, doubled, changed, or two swapped."""
    at = draw.randrange(1, len(word) - 1)
    edits = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + "q" + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return draw.choice(edits)


def test_one_of_fifty_plans_of_a_kind_is_named(cities: Library) -> None:
    names = plan_names(cities.backend)
    right = [names.find(question).plans == (f"plan-{i:02}",) for question, i in questions()]
    assert len(right) == 200 and sum(right) / len(right) >= 0.97
    ranked = rank_question(cities.backend, cities.encoder, f"How many electric buses does {CITIES[7]} buy?", Scope())
    assert ranked.narrowed == ("plan-07",)
    assert {c.passage.plan for c in ranked.ranked} == {"plan-07"}


def test_a_question_that_names_none_is_not_narrowed(cities: Library) -> None:
    names = plan_names(cities.backend)
    forms = ("What is planned for {}?", "Which City has the most of {}?", "{}", "Is there a Notice on {}?", "By when does {} grow?",
             "Which Plan has rules for {}?", "carbon peak implementation {}", "What are the Energy rules on {}?",
             "Who pays for {} in the province?", "How does Capacity depend on {}?")  # fmt: skip
    narrowed = [f.format(topic) for f in forms for topic in TOPICS if names.find(f.format(topic)).plans]
    assert len(narrowed) <= 1, narrowed


def test_a_notice_of_three_lines_takes_over_no_question_on_its_words(cities: Library) -> None:
    for asked in ("What are the cement capacity rules?", "Cement Capacity and Energy Storage", "energy storage notice"):
        assert plan_names(cities.backend).find(asked) == Named()
    whole = plan_names(cities.backend).find("What does the Cement Capacity Energy Storage Notice say on firms?")
    assert whole.plans == ("notice",)


def test_names_of_every_kind(open_library: Callable[..., Library], fake_encoder: FakeEncoder) -> None:
    library = open_library()
    for plan, title in (
        ("alpha-2020", "Alphaland Energy Strategy 2020"),
        ("alpha-2030", "Alphaland Energy Strategy 2030"),
        ("betavia", "Climate Plan of Betavia"),
        ("national", "Action Plan for Carbon Dioxide Peaking"),
        ("mnq", "Ministry Report"),
        ("wei-zhou", "威州省碳达峰实施方案"),
    ):
        add(
            library,
            plan,
            title,
            ["The ministry reports on climate action and energy.", "It is the 威州 report."],
            fake_encoder,
        )
    find = plan_names(library.backend).find
    assert find("What does Alphaland's energy strategy of 2030 say?").plans == ("alpha-2030",)
    assert find("What does Alphaland's energy strategy say?") == Named((("alpha-2020", "alpha-2030"),), ((10, 19),))
    assert find("Compare Alphaland and Betavia").groups == (("alpha-2020", "alpha-2030"), ("betavia",))
    assert find("Which Betavian taxes fall?").plans == ("betavia",)
    assert find("What does the national plan say?").plans == ("national",)
    assert find("Is there a national market?").plans == ()
    assert find("MNQ budget").plans == ("mnq",)
    assert find("What does the ministry report?").plans == ()
    assert find("威州省的目标是什么？").plans == ("wei-zhou",)
    assert find("What of the Action Plan for Carbon Dioxide Peaking is done?").plans == ("national",)


@pytest.mark.parametrize(
    ("asked", "topic"),
    [
        ("What does Alphaland's plan say about coal?", "What does say about coal?"),
        ("How much wind is built in the Alphaland province by 2030?", "How much wind is built by 2030?"),
        ("coal in Alphaland", "coal"),
        ("Alphaland?", "Alphaland?"),
    ],
)
def test_the_name_leaves_what_is_searched(asked: str, topic: str) -> None:
    def find(text: str) -> Named:
        start = text.index("Alphaland")
        return Named((("alpha",),), ((start, start + len("Alphaland")),))

    question = read_question(asked, find)
    assert (question.topic, question.text) == (topic, asked)
    assert without_names("Winston-Salem trees", [(0, 7), (8, 13)]) == "trees"


def test_names_are_those_of_the_library_as_it_is(cities: Library, fake_encoder: FakeEncoder) -> None:
    assert plan_names(cities.backend) is plan_names(cities.backend)
    assert plan_names(cities.backend).find("Zorbia").plans == ()
    add(cities, "zorbia", "Zorbia Plan", ["Zorbia saves energy.", "Zorbia plants trees."], fake_encoder)
    assert plan_names(cities.backend).find("Zorbia").plans == ("zorbia",)


def test_proper_names_are_title_words_that_the_text_never_has_in_lower_case() -> None:
    text = "Betavia cuts carbon. Carbon falls in Betavia. The plan is made by Betavia."
    assert proper_names("b", "Betavia Carbon Peak Plan", text) == ("Betavia",)


def test_an_empty_library_names_nothing(library: Library) -> None:
    backend: Backend = library.backend
    assert PlanNames(backend).find("Alphaland") == Named()
    assert not Path(backend.location, "names").exists()
