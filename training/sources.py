"""The public sets that the reader learns from: licence, whom to credit, and how much is taken of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One set. ``answered`` and ``unanswered`` bound how many pairs of each are taken; None takes all."""

    licence: str
    credit: str
    answered: int | None = None
    unanswered: int | None = None


_SQUAD = "SQuAD 1.1 and 2.0, Rajpurkar et al. 2016 and Rajpurkar, Jia and Liang 2018; passages from Wikipedia"
_CLAPNQ = "CLAPnq, Rosenthal et al. 2024; passages from Wikipedia"
_SELQA = "SelQA, Jurczyk, Zhai and Choi 2016; passages from Wikipedia"

#: By the name of the file. Bounds hold back templates, single sentences and distractors by the dozen.
SOURCES = {
    "boolq_pieces": Source("CC BY-SA 3.0", "BoolQ, Clark et al. 2019; passages from Wikipedia"),
    "clapnq_dev": Source("Apache-2.0", _CLAPNQ),
    "clapnq_train_q_longanswer": Source("Apache-2.0", _CLAPNQ),
    "cmrc2018_zh": Source("CC BY-SA 4.0", "CMRC 2018, Cui et al. 2019; passages from the Chinese Wikipedia"),
    "condaqa": Source("Apache-2.0", "CondaQA, Ravichander, Gardner and Marasović 2022", answered=3000),
    "covidqa_deepset": Source("Apache-2.0", "COVID-QA, Möller et al. 2020"),
    "drcd_zh_hant": Source("CC BY-SA 3.0", "DRCD, Shao et al. 2018; passages from the Chinese Wikipedia"),
    "evidence_inference_v2": Source("MIT", "Evidence Inference 2.0, DeYoung et al. 2020", answered=1500),
    "fairytaleqa": Source("Apache-2.0", "FairytaleQA, Xu et al. 2022"),
    "hotpotqa_pieces": Source("CC BY-SA 4.0", "HotpotQA, Yang et al. 2018; passages from Wikipedia", unanswered=6000),
    "liveqa_med_judged": Source("CC BY 4.0", "LiveQA medical, Ben Abacha et al. 2017"),
    "medquad": Source("CC BY 4.0", "MedQuAD, Ben Abacha and Demner-Fushman 2019", answered=3000),
    "mlqa_dev_en": Source("CC BY-SA 3.0", "MLQA, Lewis et al. 2020; passages from Wikipedia"),
    "musique_pieces": Source("CC BY 4.0", "MuSiQue, Trivedi et al. 2022", unanswered=3000),
    "nq_pieces": Source("CC BY-SA 3.0", "Natural Questions, Kwiatkowski et al. 2019; passages from Wikipedia"),
    "omosqa_integreat_en": Source("CC BY 4.0", "OMoS-QA, Kleinle, Prange and Friedrich 2024; pages of Integreat"),
    "pubmedqa_labeled": Source("MIT", "PubMedQA, Jin et al. 2019"),
    "qamr_wiki": Source("MIT", "QAMR, Michael et al. 2018", answered=6000),
    "qasper_pieces": Source("CC BY 4.0", "QASPER, Dasigi et al. 2021"),
    "selqa_ass_sections": Source("Apache-2.0", _SELQA),
    "selqa_ass_sentences": Source("Apache-2.0", _SELQA, unanswered=6000),
    "squad2_dev_otherhalf": Source("CC BY-SA 4.0", _SQUAD),
    "squad_train_answer_sentences": Source("CC BY-SA 4.0", _SQUAD, answered=4000),
    "squad_train_pieces": Source("CC BY-SA 4.0", _SQUAD),
    "tatqa_text": Source("CC BY 4.0", "TAT-QA, Zhu et al. 2021"),
    "tydiqa_goldp_en": Source("Apache-2.0", "TyDi QA, Clark et al. 2020; passages from Wikipedia"),
}
#: What people wrote, or judged, as unanswerable for its very passage; other negatives are distractors.
JUDGED = frozenset(
    {
        "clapnq_dev",
        "condaqa",
        "liveqa_med_judged",
        "omosqa_integreat_en",
        "squad2_dev_otherhalf",
        "squad_train_pieces",
    }
)
#: Whose answers are the shortest text that answers, as in SQuAD.
EXTRACTIVE = frozenset(
    {
        "cmrc2018_zh",
        "drcd_zh_hant",
        "mlqa_dev_en",
        "nq_pieces",
        "squad2_dev_otherhalf",
        "squad_train_pieces",
        "tydiqa_goldp_en",
    }
)
#: Whose questions make sense with their article only ("why did the prince go?"): another article may well
#: answer them.
BESIDE_ARTICLE = frozenset({"fairytaleqa", "qamr_wiki", "qasper_pieces", "tatqa_text"})
#: In traditional characters; half of the pairs are read in simplified ones.
TRADITIONAL = frozenset({"drcd_zh_hant"})
#: Encoders that a reader may begin with, by ``weights_fingerprint``: name, licence and origin.
ENCODERS = {
    "a683a6d1843b7e38": "all-MiniLM-L6-v2 (Apache-2.0)",
    "0c92733d4c2c08d1": "multilingual-e5-small (MIT, Wang et al. 2024), its English and Chinese pieces at 4 bits",
}
