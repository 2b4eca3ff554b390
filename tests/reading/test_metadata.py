"""Issuer, date and language as plans tell them; empty where they do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.library.adding import keep_edits
from indexer.library.editing import with_edits
from indexer.reading.loading import load_plan
from indexer.reading.metadata import find_language, find_metadata, iso_date
from indexer.types import Found, Metadata

PROSE = "The kilns of the province close in time, and the quotas of each city are kept by those that hold them. " * 3


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (f"Carbon Plan\n\n5 August 2022\n\n{PROSE}", "2022-08-05"),
        (f"Carbon Plan\nAugust 2022\n{PROSE}", "2022-08"),
        (f"Carbon Plan\n(August 5th, 2022)\n{PROSE}", "2022-08-05"),
        (f"Issued by the council on 12 May 2023. {PROSE}", "2023-05-12"),
        (f"Date of publication: 2021-10-26\n{PROSE}", "2021-10-26"),
        ("碳达峰实施方案\n发布日期：2022年8月5日\n各市要落实。", "2022-08-05"),
        (f"碳达峰实施方案\n{'各市要落实目标。' * 400}\n安徽省人民政府\n2022年8月5日", "2022-08-05"),
        (f"Carbon Plan\n{PROSE * 20}\nMinistry of Energy\nMarch 2020", "2020-03"),
        # what is no date of the plan
        (f"By 31 December 2025 all kilns close. {PROSE}", ""),
        (f"2023-05-12 13:13:38\n{PROSE}", ""),
        (f"Carbon Plan\n2022年\n{PROSE}", ""),
        (f"The law issued by the state came into force. By 1 May 2025 it ends. {PROSE}", ""),
        (f"Carbon Plan\n31 February 2022\n{PROSE}", ""),
        (f"{PROSE * 20} Published 1 May 2020. {PROSE * 20}", ""),
    ],
)
def test_the_date(text: str, date: str) -> None:
    assert find_metadata(text).date == date


@pytest.mark.parametrize(
    ("text", "title", "issuer"),
    [
        (f"Carbon Plan\nIssued by: Ministry of Energy\n{PROSE}", "", "Ministry of Energy"),
        ("碳达峰方案\n发布机构：安徽省人民政府\n各市要落实。", "", "安徽省人民政府"),
        ("国务院关于印发2030年前碳达峰行动方案的通知\n各省：", "", "国务院"),
        (f"Plan\n{PROSE * 20}\nMinistry of Energy\n1 March 2020", "", "Ministry of Energy"),
        (PROSE, "Anhui Province Carbon Peak Plan", "Anhui Province"),
        ("各市要落实。", "安徽省碳达峰实施方案", "安徽省"),
        (PROSE, "Carbon Peak Plan", ""),
        (PROSE, "The Province Carbon Peak Plan", ""),
        (PROSE, "The Anhui Province Carbon Peak Plan", "Anhui Province"),
        (f"{PROSE} It was issued by people who had time.", "", ""),
        (f"Plan\n{PROSE * 20}\nThe Ministry met, and left.\n1 March 2020", "", ""),
    ],
)
def test_the_issuer(text: str, title: str, issuer: str) -> None:
    assert find_metadata(text, title=title).issuer == issuer


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, "en"),
        ("到2025年，非化石能源消费比重达到20%左右。", "zh"),
        ("2030年までに温室効果ガスを半減する。各都道府県は実施計画を定める。", "ja"),
        ("2030년까지 온실가스 배출량을 절반으로 줄인다.", "ko"),
        (
            "La région réduit ses émissions dans les communes, et l'État y veille avec les villes pour que la forêt soit une des forces du pays.",
            "fr",
        ),
        (
            "Die Länder müssen die Ziele für das Jahr erfüllen, und der Bund prüft mit den Städten die Pläne, die sich auf das Klima beziehen.",
            "de",
        ),
        ("تغلق الأفران في الوقت المحدد وتحافظ كل مدينة على حصتها", "ar"),
        ("کوره‌های استان به موقع بسته می‌شوند و گاز پاک جای آن را می‌گیرد", "fa"),
        ("הכבשנים נסגרים בזמן וכל עיר שומרת על המכסה שלה", "he"),
        ("Kilns close.", ""),
        ("Hefei Wuhu Anqing Bengbu Huainan Chuzhou Fuyang " * 5, ""),
    ],
)
def test_the_language(text: str, language: str) -> None:
    assert find_language(text) == language


def test_the_text_is_believed_before_the_file() -> None:
    own = Metadata(issuer="portal", date="2024-01-01", language="de")
    found = find_metadata(f"Plan\nIssued by: Ministry of Energy\n5 August 2022\n{PROSE}", own)
    assert found == Metadata("Ministry of Energy", "2022-08-05", "en", found=Found("", "label", "cover"))
    assert find_metadata("Kilns close.", own) == replace(own, found=Found("", "metadata", "metadata"))


@pytest.mark.parametrize(
    ("text", "title", "issuer", "date"),
    [
        (f"Ministry of Energy\nCarbon Plan\npublished on 5 August 2022\n{PROSE}", "", "cover", "release line"),
        (f"Plan\n{PROSE * 20}\nHefei City Council\n5 August 2022", "", "signature", "signature"),
        (f"Kilns\nAGENCY: Bureau of Kilns, Interior.\n{PROSE}", "", "notice", ""),
        (f"Kilns\nKiln Works Limited\n{PROSE}", "Kilns 2022", "imprint", "title"),
        (PROSE, "Anhui Province Carbon Plan", "title", ""),
    ],
)
def test_where_issuer_and_date_were_found(text: str, title: str, issuer: str, date: str) -> None:
    found = find_metadata(text, title=title)
    assert (found.found.issuer, found.found.date) == (issuer, date)
    assert (bool(found.issuer), bool(found.date)) == (bool(issuer), bool(date))


def test_what_a_person_sets_was_found_by_a_person(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Carbon Plan\nIssued by: Ministry of Energy\n5 August 2022\n{PROSE}")
    plan = load_plan(tmp_path / "a.txt")
    edited = with_edits(plan, {"title": "Energy Plan", "date": "2021"})
    assert edited.metadata.found == Found("person", "label", "person")
    assert keep_edits(edited, plan) == edited


@pytest.mark.parametrize(
    ("name", "data", "title", "place"),
    [
        ("a.html", b"<h1>Carbon Plan</h1><p>Kilns close by 2025.</p>", "Carbon Plan", "heading"),
        ("a.html", b"<title>Carbon Plan | Portal</title><p>Kilns close by 2025.</p>", "Carbon Plan", "metadata"),
        ("a.txt", b"Carbon Plan\n\nKilns close by 2025.", "Carbon Plan", "opening"),
        ("a.txt", b"kilns close by 2025.", "a", "file name"),
        ("a.txt", b"Year | Kilns\n2025 | 3\n", "a", "file name"),
        ("a.jsonl", b'{"id": "1", "text": "Kilns close."}', "a", "file name"),
    ],
)
def test_where_the_title_was_found(tmp_path: Path, name: str, data: bytes, title: str, place: str) -> None:
    (tmp_path / name).write_bytes(data)
    plan = load_plan(tmp_path / name)
    assert (plan.title, plan.metadata.found.title) == (title, place)


@pytest.mark.parametrize(
    "says", ["This is a machine translation.", "Machine-translated text", "（机器翻译，仅供参考）"]
)
def test_a_machine_translation_that_says_so(says: str) -> None:
    assert find_metadata(f"Carbon Plan\n{says}\n{PROSE}").machine_translated
    assert not find_metadata(f"{PROSE * 20}{says}{PROSE * 20}").machine_translated


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2022-08-05T10:00:00Z", "2022-08-05"),
        ("Sept. 9, 2021", "2021-09-09"),
        ("no date", ""),
        ("2022-13-05", ""),
        ("二〇二三年四月二十五日", "2023-04-25"),
        ("二○三〇年", "2030"),
        ("二〇二三年十三月", ""),
    ],
)
def test_iso_dates(text: str, date: str) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("title", "place", "kind", "status"),
    [
        ("安徽省碳达峰实施方案", "安徽省", "plan", ""),
        ("Liaoning Province Carbon Peak Implementation Plan", "Liaoning Province", "plan", ""),
        ("Government of India: National Strategy for Rivers", "India", "strategy", ""),
        ("City of Raleigh Climate Action Plan", "", "plan", ""),  # how long the name is cannot be told
        ("Report on the implementation of the plan", "", "report", ""),
        ("国务院关于印发2030年前碳达峰行动方案的通知", "", "notice", ""),
        ("Draft Clean Air Regulations for Consultation", "", "regulation", "draft"),
        ("住房管理办法（征求意见稿）", "", "regulation", "draft"),
        ("Kilns and rivers", "", "", ""),
        ("Planning reported", "", "", ""),
    ],
)
def test_place_type_and_status_by_the_title(title: str, place: str, kind: str, status: str) -> None:
    found = find_metadata(PROSE, title=title)
    assert (found.place, found.type, found.status) == (place, kind, status)
