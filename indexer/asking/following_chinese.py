"""Follow-ups and the parts of a question in Chinese, where no space shows where a word ends.

A question is read as a frame around what it asks about: "2025年|非化石能源|消费占比|达到多少", a time, a thing, what is
measured of it, what is asked. "那2030年呢？" puts another time into the frame, "那天然气呢？" another thing,
"辽宁呢？" another place. ``following`` says when.
"""

from __future__ import annotations

import re

from indexer.asking.naming import Find
from indexer.types import Span

_QUESTION = (
    r"(?:(?:第几|百分之)?(?:多少|几[个年成]|几何)|多[大高长深远快久重]|什么|哪|何[时地年处人]|为何|谁|如何|怎么?样?"
    r"|[是能可会应]否|有没有|吗$)"
)
_ASKS = re.compile(_QUESTION)
#: Opens a follow-up: "那…呢", "还有…呢"; not "那些" or "那曲市".
_LEAD = re.compile(r"^\W*(?:(?:那么|那(?![个些里时样种边年曲])|还有|另外|此外|换成|如果是|至于|同样是?|再问)[，,]?)+")
#: Ends one; with "呢" alone it asks as much as the question before.
_TAIL = re.compile(r"的?(?:话|情况)?呢?[呀啊]?\W*$")
_WHAT_OF = re.compile(r"呢[呀啊]?\W*$")
#: Before what is named: "对于钢铁呢".
_BEFORE = re.compile(r"^(?:关于|对于|对|就|在|请问|请)")
_YEAR = re.compile(
    r"(?P<before>(?:[到至在于]|截至)?)(?P<year>(?:19|20|21)\d\d(?:\s*年?\s*[-—–~至到]\s*(?:19|20|21)\d\d)?年?"
    r"|“?十[一二三四五六七]五”?)(?P<after>(?:年?[底末初]|期间|时期|期末|之?[前后]|以[前后])*)"
)
_PLACE = re.compile(
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州"
    r"|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|全国|国家)(?:壮族|回族|维吾尔)?(?:省|市|自治区)?"
    r"|^[\u4e00-\u9fff]{2,3}[省市州县]$"
)
#: A question word with nothing of its own to ask about.
_BARE = re.compile(
    r"(?:(?:又|是|应?由|从|分布在|设在|在|到|于)*(?:为什么|为何|什么时候|何时|哪一?年|谁|多少|哪里|何处|如何|怎么|怎样|有哪些|多久)"
    r"(?:开始|启动|负责|牵头|实施|实现|完成|批准|达到|生效|结束|计算|申请|确定|监督|管理|考核|使用|落实|推进|置换|执行|办理|处理)?的?"
    r"|(?:是|有|达到|占)多少)"
)
_PRONOUN = re.compile(
    r"^(?:它们?(?:的)?|其(?![他它余中实次])|(?:该|这一?[个项]|上述)(?:指标|目标|政策|措施|规定|制度|机制|项目|工程)(?:的)?|这些(?:的)?)"
)
#: What a question opens with before what it is about.
_HEAD = re.compile(
    r"^\W*(?:请问|请|关于|对于|对|列出|列举|介绍|说明|所有|全部|各类|哪些|哪个|谁负责|谁来|谁|如何|怎样|怎么"
    r"|为什么|为何|什么是|何时|什么时候|[是能可会应]否|允许|禁止|鼓励|支持|要求|必须|可以|不得|新增|新建|扩建|建设|发展"
    r"|推进|推动|推广|加快|将|要|会)*"
)
#: What a question ends with after what it is about.
_PREDICATE = re.compile(
    r"(?:(?:分别|将|要|会|应当?|需要|可以?|预计|计划|力争|[共总]共?|合计|大约|约|都|的)*"
    r"(?:达到|是|为|有|占|增加到?|降低到?|下降到?|提高到?|提升到?|减少到?|增长到?|控制在|设在|位于|包括)?[到至在]?)"
    rf"{_QUESTION}.*$|吗$|的$"
)
#: What is measured, ruled or done of a thing: "钢铁|产能", "非化石能源|消费占比".
_MEASURED = re.compile(
    r"(?:的|消费|生产|装机|发电|产能|产量|[总容用电]量|消费量|排放量?|规模|占比|比重|比例|覆盖率|利用率|[率量]|目标|任务|规定|要求"
    r"|政策|措施|标准|价格|投资|项目|基地|试点|置换|监测|改造|转型|节能|减排|储备|开发|利用|建设|管理|考核)+$"
)
#: Nouns of answers, which are no topic.
_ANSWERS = re.compile(r"^(?:规定|要求|措施|目标|政策|任务|内容|办法|情形|方面|重点|支持|安排|例外|作用|意义)*$")
#: Between two questions of one line, and what may join them.
_BETWEEN = re.compile(r"[?？；;。]+\s*|[，,]\s*")
_JOINS = re.compile(r"^(?:并且|以及|而且|同时|另外|此外|还有|那么|那)(?!.*呢$)[，,]?")
#: A clause of one question: "在什么情况下，…", "无论哪些企业，…".
_OF_ONE = re.compile(r"^(?:如果|若|当|在|按照?|根据|依据|通过|为|因|除|无论|不论|不管|随着)|[时后前下中的]$|什么样的")
_VERB = re.compile(
    r"是(?!否)|可以|需要|必须|应当|能够|将会?|负责|支持|开展|建设|实施|享受|参加|纳入|列入|设立|达到|禁止|允许|实行|发展|推[进广动]"
)


def leans(text: str) -> bool:
    """Whether ``text``, in one line, follows another question up: "那2030年呢", "辽宁呢", "它什么时候开始"."""
    asked = text.rstrip("?？。 ")
    rest = _LEAD.sub("", asked)
    if rest != asked or _PRONOUN.match(rest) or _BARE.fullmatch(rest):
        return bool(rest)
    if _WHAT_OF.search(asked) and not _ASKS.search(rest):
        return True
    return _is_time(_core(rest))


def follow(before: str, asked: str, find: Find) -> str:
    """``asked`` read after the question ``before``, both in one line, without a question mark."""
    rest = _LEAD.sub("", asked.rstrip("?？。 "))
    core = _core(rest)
    if _BARE.fullmatch(rest) and not _YEAR.search(rest):
        return _with_plans(before, f"{_topic(before, find)}{rest}", find)
    if pronoun := _PRONOUN.match(rest):
        joined = "的" if pronoun[0].endswith(("的", "其")) else ""
        return _with_plans(before, f"{_topic(before, find)}{joined}{rest[pronoun.end() :]}", find)
    if _ASKS.search(core) and not _is_time(core):
        return _with_plans(before, rest, find)
    return _put(before, core, find)


def parts(text: str, find: Find) -> list[str]:
    """The questions that ``text``, in one line, asks, in order; one where it is one question."""
    ends = [(m.start(), m.end(), m[0][0] in ",，") for m in _BETWEEN.finditer(text)] + [(len(text), len(text), False)]
    found: list[str] = []
    start = 0
    for end, following, soft in ends:
        piece, rest = text[start:end].strip(), text[following:]
        if not piece or (soft and not (_complete(piece) and _ASKS.search(_first(rest)))):
            continue
        if not (_ASKS.search(piece) or leans(piece)):
            if found and not rest:  # "…，请列出": no question of its own
                return [text]
            continue
        found.append(piece)
        start = following
    if len(found) < 2:
        return [text]
    read = [found[0]]
    for piece in found[1:]:
        own = _JOINS.sub("", piece)
        read.append(follow(read[0], own, find) if leans(own) else own)
    return read


def _first(text: str) -> str:
    """The first question of ``text``."""
    return re.split(r"[?？；;。]", text)[0]


def _complete(piece: str) -> bool:
    """Whether a piece before a comma is a question by itself: "风电装机是多少", not "哪些企业"."""
    asks = _ASKS.search(piece)
    if not asks or _OF_ONE.search(piece):
        return False
    return bool(_VERB.search(piece)) if asks.start() == 0 else True


def _core(rest: str) -> str:
    """What a follow-up names: "2030年的钢铁" of "2030年的钢铁呢"."""
    return _BEFORE.sub("", _TAIL.sub("", rest))


def _is_time(core: str) -> bool:
    """Whether ``core`` names a time and nothing else, though it may ask: "2030年", "到2030年是多少"."""
    year = _YEAR.search(core)
    if not year:
        return False
    outside = core[: year.start()] + core[year.end() :]
    return not outside.strip("的，, ") or bool(_BARE.fullmatch(outside.strip("的，, ")))


def _put(before: str, new: str, find: Find) -> str:
    """``before`` with ``new`` in the place of its like: a time, a place, else the thing asked about."""
    if year := _YEAR.search(new):
        before = _put_year(before, year)
        new = new[: year.start()] + new[year.end() :]
        if _BARE.fullmatch(new.strip("的，, ")):
            return before
    new = new.strip("的，, ")
    if place := _places(new, find):
        names = new[place[0][0] : place[-1][1]]
        old = _places(before, find)
        before = f"{before[: old[0][0]]}{names}{before[old[-1][1] :]}" if old else f"{names}{before}"
        new = (new[: place[0][0]] + new[place[-1][1] :]).strip("的，, ")
    if not new:
        return before
    start, end = _thing(before, find)
    measured = _MEASURED.search(new)
    if measured and measured.start():  # it says itself what is measured
        said, whole = measured[0], _topic_span(before, find)[1]
        at = before.rfind(said, end, whole)
        end = whole if at < 0 else at + len(said)
    return f"{before[:start]}{new}{before[end:]}"


def _put_year(before: str, year: re.Match[str]) -> str:
    """``before`` with another year; what stood before the old one stays where the new one comes bare."""
    old = list(_YEAR.finditer(before))
    if not old:
        return f"{year[0]}{before}"
    last = old[-1]
    named = f"{year['before'] or last['before']}{year['year']}"
    if named[-4:].isdigit() and "年" in last[0]:
        named += "年"
    return f"{before[: last.start()]}{named}{year['after']}{before[last.end() :]}"


def _places(text: str, find: Find) -> list[Span]:
    """Where ``text`` names plans, or provinces that no plan is of; with "省" after them."""
    named = [(a, b + (text[b : b + 1] in {"省", "市"})) for a, b in find(text).spans]
    return sorted(named) or [m.span() for m in _PLACE.finditer(text)]


def _topic_span(text: str, find: Find) -> Span:
    """Where ``text`` names what it asks about: without the time and the place before it, and what is asked of it."""
    start = 0
    taken = {*_places(text, find), *(m.span() for m in _YEAR.finditer(text))}
    while True:
        head = _HEAD.match(text[start:])
        start += head.end() if head else 0
        here = next((b for a, b in taken if a <= start < b), None)
        if here is None:
            break
        start = here
        start += len(text[start:]) - len(text[start:].lstrip("的，, "))
    tail = _PREDICATE.search(text, start)
    end = tail.start() if tail else len(text)
    if end == start and tail:  # "有多少家企业": it comes after
        return tail.end(), tail.end()
    later = [a for a, _ in taken if start < a < end]
    return start, min([end, *later])


def _topic(text: str, find: Find) -> str:
    """What ``text`` asks about, also where the question word stands before it: "有多少家企业"."""
    start, end = _topic_span(text, find)
    after = re.search(rf"有{_QUESTION}些?[家个项座条处种]?([\u4e00-\u9fff]{{2,8}})$", text)
    counted = after[1] if after and not _ANSWERS.match(after[1]) else ""
    return text[start:end] + counted


def _thing(text: str, find: Find) -> Span:
    """Where ``text`` names the thing that another takes the place of: "钢铁" of "钢铁产能"."""
    start, end = _topic_span(text, find)
    if _ASKS.match(text):  # "哪些城市支持动力电池": after the verb
        start = max([start, *(m.end() for m in _VERB.finditer(text, start, end - 2))])
    measured = _MEASURED.search(text[start:end])
    return (start, start + measured.start()) if measured and measured.start() else (start, end)


def _with_plans(before: str, text: str, find: Find) -> str:
    """``text`` asked of the plans that ``before`` names, if it names none."""
    names = [before[a:b] for a, b in find(before).spans]
    return f"{'和'.join(names)}{text}" if names and not find(text).spans else text
