"""A target -> its sector, by the words of its indicator, its headings and its sentence.

Plans name their chapters differently, so a filter by heading would separate targets of one sector.
"""

from __future__ import annotations

import re

from indexer.types import Sector, Target

#: Words of a sector, in English and Chinese. Stems: "industr" matches "industry" and "industrial".
_WORDS = {
    Sector.INDUSTRY: (
        r"industr|\bsteel|\biron\b|cement|clinker|alumin|petrochemic|refin|ethylene|chemical|factor(?:y|ies)"
        r"|manufactur|furnace|\bkilns?\b|data cent|building materials|工业|钢|水泥|铝|石化|炼油|数据中心"
    ),
    Sector.BUILDINGS: (
        r"\bbuildings?\b(?! materials)|urban and rural construction|\bhom(?:e|es)\b|housing|roof|\boffices?\b"
        r"|建筑|城乡建设|屋顶|住房"
    ),
    Sector.TRANSPORT: (
        r"transport|vehicle|\bcars?\b|rail|freight|container|\bports?\b|\btravel|\btrips?\b|\bbus(?:es)?\b"
        r"|bicycle|cycl(?:e|ing) (?:lane|path|route)|\broads?\b|\bships?\b|vessel|charg(?:e|ing) point"
        r"|charging|airport|\btrains?\b|motorcycle|交通|运输|汽车|车辆|铁路|港口|出行"
    ),
    Sector.LAND: (
        r"forest|grassland|wetland|carbon sink|\bland\b|ecolog|agricultur|farm|\bcrops?\b|\bsoil|fertili[sz]"
        r"|livestock|\btrees?\b|canopy|森林|林|草原|湿地|碳汇|农|生态"
    ),
    Sector.WASTE: (
        r"\bwaste|garbage|landfill|recycl|circular|\bscrap|plastic|tailings|sewage|reclaimed water|垃圾|固废|循环|回收"
    ),
    Sector.ENERGY: (
        r"power\b|electric|energy storage|\bgrids?\b|\bcoal|natural gas|shale|\bgas (?:output|storage|produc)"
        r"|crude oil|\boil and gas|\bwind\b|solar|photovoltaic|hydropower|nuclear|renewable|fossil|biomass"
        r"|geothermal|biogas|\bheat(?:ing)?\b|能源|电|煤|风|光伏|核|储能|天然气|石油"
    ),
}
#: In an indicator these make it one of the economy as a whole, whatever else it names.
_ECONOMY = re.compile(
    r"\bGDP\b|gross domestic|net zero|(?:greenhouse gas|carbon dioxide|CO2) emissions|生产总值|温室气体", re.IGNORECASE
)
_PATTERNS = {sector: re.compile(words, re.IGNORECASE) for sector, words in _WORDS.items()}
#: Weight of a word by its place: the indicator says most, then the nearest heading.
_INDICATOR, _HEADING, _SENTENCE = 3.0, 2.0, 1.0


def sector_of(target: Target) -> Sector:
    """The sector whose words weigh most; OTHER where no word matches.

    Energy comes last among equals: energy used in industry belongs to industry.
    """
    if _ECONOMY.search(target.indicator):
        return Sector.ECONOMY
    scores = dict.fromkeys(_PATTERNS, 0.0)
    places = [(target.indicator, _INDICATOR), (target.quote, _SENTENCE)]
    places += [(label, _HEADING / depth) for depth, label in enumerate(reversed(target.section), 1)]
    for text, weight in places:
        for sector, pattern in _PATTERNS.items():
            if pattern.search(text):
                scores[sector] += weight
    best = max(scores, key=lambda sector: scores[sector])
    return best if scores[best] else Sector.OTHER
