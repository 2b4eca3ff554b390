"""Follow-ups and parts of questions as they are read: what a person would ask in full."""

from __future__ import annotations

import re

import pytest

from indexer.asking.following import follow, leans, parts_of
from indexer.asking.naming import Named


def find(text: str) -> Named:
    """Stands in for a library of three plans: Liaoning, Sichuan, Anaheim."""
    found = list(re.finditer(r"\b(Liaoning|Sichuan|Anaheim)\b", text))
    return Named(tuple((m.group().lower(),) for m in found), tuple(m.span() for m in found))


FOLLOW_UPS = (
    # another year
    (
        "What share of energy will be non-fossil by 2030?",
        "and by 2025?",
        "What share of energy will be non-fossil by 2025?",
    ),
    ("How much wind power will there be in 2025?", "and in 2030?", "How much wind power will there be in 2030?"),
    ("How much wind power will there be in 2025?", "2030?", "How much wind power will there be in 2030?"),
    ("What is the target for forest cover?", "by 2035?", "What is the target for forest cover by 2035?"),
    ("What was done between 2016 and 2020?", "and before 2016?", "What was done before 2016?"),
    # another plan
    ("What does Sichuan say about hydrogen?", "what about Liaoning?", "What does Liaoning say about hydrogen?"),
    ("What does Sichuan say about hydrogen?", "And Anaheim?", "What does Anaheim say about hydrogen?"),
    ("What are the cement capacity rules?", "in Liaoning?", "What are the cement capacity rules in Liaoning?"),
    ("What are the cement capacity rules?", "and for Sichuan?", "What are the cement capacity rules in Sichuan?"),
    ("What are the steel rules in Liaoning?", "same for Sichuan", "What are the steel rules in Sichuan?"),
    ("How many buses does Anaheim have by 2025?", "And Sichuan by 2030?", "How many buses does Sichuan have by 2030?"),
    # another thing
    ("What are the cement capacity rules?", "and steel?", "What are the steel capacity rules?"),
    ("What are the cement capacity rules?", "what about flat glass?", "What are the flat glass capacity rules?"),
    ("What is the target for wind power?", "and solar power?", "What is the target for solar power?"),
    (
        "What is the target for wind power by 2030?",
        "and for nuclear power?",
        "What is the target for nuclear power by 2030?",
    ),
    ("What does Sichuan say about hydrogen?", "and energy storage?", "What does Sichuan say about energy storage?"),
    ("Who is responsible for methane?", "and for waste?", "Who is responsible for waste?"),
    (
        "What is planned for public transport in Liaoning?",
        "and for freight?",
        "What is planned for freight in Liaoning?",
    ),
    ("How much will the price of coal rise?", "and of gas?", "How much will the price of gas rise?"),
    # pronouns
    ("What is the carbon market?", "When does it start?", "When does the carbon market start?"),
    ("What are the oversight group's duties?", "Who appoints them?", "Who appoints the oversight group's duties?"),
    (
        "What is the green certificate scheme?",
        "What is its purpose?",
        "What is the green certificate scheme's purpose?",
    ),
    ("What does Sichuan say about hydrogen hubs?", "Where are they?", "Where are the hydrogen hubs in Sichuan?"),
    # a bare question word keeps all of the topic
    ("What are the cement capacity rules?", "Since when?", "Since when: cement capacity rules?"),
    ("What share of energy will be non-fossil?", "By when?", "By when: share of energy will be non-fossil?"),
    ("What does Sichuan say about hydrogen?", "Why?", "Why: hydrogen in Sichuan?"),
    # stands alone: only the plans are kept
    (
        "What does Sichuan say about hydrogen?",
        "Which ports get shore power?",
        "Which ports get shore power in Sichuan?",
    ),
    ("What does Sichuan say?", "How many trees will Liaoning plant?", "How many trees will Liaoning plant?"),
    ("What are the cement rules?", "Who pays for carbon storage projects?", "Who pays for carbon storage projects?"),
    ("", "What is the target?", "What is the target?"),
)


@pytest.mark.parametrize(("before", "asked", "read"), FOLLOW_UPS)
def test_a_follow_up_is_read_with_the_question_before(before: str, asked: str, read: str) -> None:
    assert follow(before, asked, find) == read


@pytest.mark.parametrize(("before", "asked", "read"), FOLLOW_UPS)
def test_a_follow_up_that_was_read_stands_alone(before: str, asked: str, read: str) -> None:
    """Whatever it is read after, the plans and the topic it names are its own."""
    names = find(read).groups
    again = follow(before, read, find)
    assert set(names) <= set(find(again).groups)


LEANING = (
    "by 2030?|2035?|on steel?|and coal?|What about Liaoning?|under the new rules?|Since when?|By how much?"
    "|What is its purpose?|Who appoints them?|How much of it is offshore?|Where are they?"
)


@pytest.mark.parametrize("asked", LEANING.split("|"))
def test_what_leans_on_the_question_before(asked: str) -> None:
    assert leans(asked)


@pytest.mark.parametrize(
    "asked",
    [
        "On which freight routes to other countries will Sichuan build its greener overseas investment?",
        "On what date did Liaoning's government put out its plan?",
        "Below what headcount does a firm count as small?",
        "Into which zone falls an area where little water is left?",
        "Out of which coal plant did the utility sell?",
        "By 2030, how much wind power will there be?",
        "According to the plan, what is banned?",
        "How do firms disclose what they emit?",
        "Is it true that wind power will grow?",
        "in-situ leaching rules",
        "cement capacity rules",
    ],
)
def test_what_asks_by_itself_does_not_lean(asked: str) -> None:
    assert not leans(asked)


PARTS = (
    (
        "What is the carbon market and when does it start?",
        "What is the carbon market?",
        "When does the carbon market start?",
    ),
    ("Who runs the scheme and what does it cost?", "Who runs the scheme?", "What does the scheme cost?"),
    (
        "Who leads the carbon market and how is it supervised?",
        "Who leads the carbon market?",
        "How is the carbon market supervised?",
    ),
    ("What is the budget and how will it be spent?", "What is the budget?", "How will the budget be spent?"),
    ("Is there a nuclear plant and where is it?", "Is there a nuclear plant?", "Where is the nuclear plant?"),
    (
        "When does the permit expire and can it be renewed?",
        "When does the permit expire?",
        "Can the permit be renewed?",
    ),
    (
        "What is the steel target, and by when must it be met?",
        "What is the steel target?",
        "By when must the steel target be met?",
    ),
    ("What is the forest target and who plants the trees?", "What is the forest target?", "Who plants the trees?"),
    ("What is the fee and who pays it?", "What is the fee?", "Who pays the fee?"),
    ("What is the pilot and where does it run?", "What is the pilot?", "Where does the pilot run?"),
    ("What is the quota; how is it set?", "What is the quota?", "How is the quota set?"),
    ("What is the cap? Does it fall?", "What is the cap?", "Does the cap fall?"),
    ("How many buses are electric and how many run on gas?", "How many buses are electric?", "How many run on gas?"),
    (
        "How many buses are there; how many are electric?",
        "How many buses are there?",
        "How many are electric, of buses?",
    ),
    (
        "Where will hubs be built and how many are planned?",
        "Where will hubs be built?",
        "How many are planned, of hubs?",
    ),
    ("Where will ports be built? And why?", "Where will ports be built?", "Why: ports be built?"),
    ("When and where will the plant open?", "When will the plant open?", "Where will the plant open?"),
    ("How and why did costs rise?", "How did costs rise?", "Why did costs rise?"),
    ("Which ports get shore power and when?", "Which ports get shore power?", "When: ports get shore power?"),
    (
        "What does one city plan for ports? What does another plan?",
        "What does one city plan for ports?",
        "What does another plan?",
    ),
    (
        "How much wind is planned by 2025 and what share is offshore?",
        "How much wind is planned by 2025?",
        "What share is offshore?",
    ),
    ("What is the ban and when will it be lifted?", "What is the ban?", "When will the ban be lifted?"),
    ("What are the funds and which agency holds them?", "What are the funds?", "Which agency holds the funds?"),
    ("Who signs the permits and where are they kept?", "Who signs the permits?", "Where are the permits kept?"),
    ("How large is the reserve and is it growing?", "How large is the reserve?", "Is the reserve growing?"),
    ("What is the tariff as well as who sets it?", "What is the tariff?", "Who sets the tariff?"),
    (
        "Does the scheme cover ships, and when did it begin?",
        "Does the scheme cover ships?",
        "When did the scheme begin?",
    ),
    ("What is green hydrogen? What is blue hydrogen?", "What is green hydrogen?", "What is blue hydrogen?"),
    ("Who may apply and how much can they get?", "Who may apply?", "How much can they get?"),
    ("Why was the dam built and when was it finished?", "Why was the dam built?", "When was the dam finished?"),
)
ONE_QUESTION = (
    "What are the rules on cement and steel?",
    "Which earlier climate plans, and of what year, does it build on?",
    "Do firms disclose what they emit and how they reduce it?",
    "How do Liaoning and Sichuan differ on wind and solar power?",
    "Explain the cap and what follows from it",
    "What must be done when capacity is added and when it is closed?",
    "hydrogen and storage",
    "What is the search and rescue budget?",
    "Which cities and counties have shore power?",
    "Is it true that wind and solar power will grow?",
)


def test_two_questions_in_one_are_asked_one_by_one() -> None:
    read = [parts_of(question) == [*wanted] for question, *wanted in PARTS]
    assert sum(read) >= 0.9 * len(read), [p for p, right in zip(PARTS, read, strict=True) if not right]


@pytest.mark.parametrize("question", ONE_QUESTION)
def test_what_is_one_question_stays_one(question: str) -> None:
    assert parts_of(question) == [question]


@pytest.mark.parametrize(
    "asked", ['Who may "plan and when is it due" cite?', "When and where will coal -steel be cut?"]
)
def test_a_question_in_the_search_syntax_is_asked_as_it_is(asked: str) -> None:
    assert parts_of(asked) == [asked]
    assert follow("What are the cement capacity rules?", asked) == asked
    assert len(parts_of(asked.replace('"', "").replace("-steel ", ""))) == 2
