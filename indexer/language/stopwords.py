"""Stop words: English words that carry no topic, and words that name only the kind of an answer."""

#: Function words and words of asking; more than the stop words of the word index.
FUNCTION_WORDS = frozenset(
    """a about all also am an and any anything are as at be been being both but by can cannot compare could
    did do does doing done each either else ever every for from get give given had has have having he her here
    his how i if in into is it its itself let like made make many may me might more most much must my no nor not
    now of off on one only onto or other our out over own per please plan plans said same say says shall she
    should show so some such tell than that the their them then there these they this those through to too
    under until up upon us very want wants was we were what when where which while who whom whose why will with
    within without would you your according mention mentioned mentions state stated states expect expected""".split()
)


#: Words for the kind of answer rather than its topic: "the cement capacity rules" are found by "cement" and
#: "capacity", and a sentence need not say "rules".
ANSWER_WORDS = frozenset(
    """rule rules requirement requirements measure measures policy policies provision provisions regulation
    regulations thing things kind kinds type types way ways information detail details content""".split()
)
