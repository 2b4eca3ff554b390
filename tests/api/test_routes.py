"""Every route with right and wrong input: replies fit the document, refusals say what to do."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import jsonschema
import pytest
from commands import Run
from PIL import Image
from starlette.testclient import TestClient
from waiting import await_job

from indexer.api import bodies
from indexer.library import Library
from indexer.library.limits import QuestionLimits

QUESTION = "What are the cement capacity rules?"


def problem(reply: httpx.Response, status: int) -> str:
    """The sentence of a refusal, which must be a problem document."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert body["status"] == status and body["type"].startswith("urn:plancite:problem:")
    assert " " in body["detail"]
    return str(body["detail"])


@pytest.fixture
def fits(client: TestClient) -> Any:
    """Checks a reply against the OpenAPI document, whose keys it has and no others; gives its JSON."""
    document = client.get("openapi.json").json()
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False

    def check(reply: httpx.Response, path: str) -> Any:
        described = document["paths"][path][reply.request.method.lower()]["responses"][str(reply.status_code)]
        schema = described["content"]["application/json"]["schema"]
        jsonschema.validate(reply.json(), {**schema, "components": document["components"]})
        return reply.json()

    return check


def test_plans_are_paged_by_a_cursor_that_removals_do_not_shift(client: TestClient, filled: Library, fits: Any) -> None:
    first = fits(client.get("plans", params={"limit": 1}), "/plans")
    assert [plan["plan"] for plan in first["items"]] == ["liaoning"]
    filled.remove("liaoning")
    rest = fits(client.get("plans", params={"cursor": first["next_cursor"], "limit": 5}), "/plans")
    assert [plan["plan"] for plan in rest["items"]] == ["national", "sichuan"] and rest["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "W1tdXQ", "WyIiLCAiIl0", "é"])
def test_a_cursor_of_nothing_is_refused(client: TestClient, cursor: str) -> None:
    reply = client.get("plans/national/passages", params={"cursor": cursor})
    assert "`cursor`" in problem(reply, 422) or "next_cursor" in problem(reply, 422)


def test_a_plan_and_its_passages_are_slices_of_its_text(client: TestClient, fits: Any) -> None:
    text = client.get("plans/national/text").text
    plan = fits(client.get("plans/national"), "/plans/{plan}")
    assert plan["characters"] == len(text)
    assert plan["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    cursor, passages = "", []
    while cursor is not None:
        reply = client.get("plans/national/passages", params={"limit": 7, "cursor": cursor})
        page = fits(reply, "/plans/{plan}/passages")
        passages += page["items"]
        cursor = page["next_cursor"]
    assert len(passages) == plan["passages"]
    for passage in passages:
        cited = text[passage["start_char_index"] : passage["end_char_index"]]
        assert cited == passage["cited_text"] == passage["text"]
        assert hashlib.sha256(cited.encode()).hexdigest() == passage["text_sha256"]


def test_an_answer_is_that_of_the_command_line_with_checkable_citations(
    client: TestClient, fits: Any, run: Run, filled: Library
) -> None:
    answer = fits(client.post("ask", json={"question": QUESTION, "top_k": 2}), "/ask")
    from indexer.exporting.objects import answer_object

    told = json.loads(json.dumps(answer_object(filled.ask(QUESTION, top_k=2))))
    added = ("cited_text", "document_title", "start_char_index", "end_char_index", "text_sha256")
    assert answer["citations"]
    for key in ("citations", "passages"):
        bare = [{name: value for name, value in entry.items() if name not in added} for entry in answer[key]]
        assert bare == told.pop(key)
    assert {key: value for key, value in answer.items() if key not in ("citations", "passages")} == told
    for citation in answer["citations"]:
        text = client.get(f"plans/{citation['plan']}/text").text
        assert text[citation["start_char_index"] : citation["end_char_index"]] == citation["cited_text"]


def test_all_lists_every_passage(client: TestClient, fits: Any) -> None:
    survey = fits(client.post("ask", json={"question": "cement", "all": True, "plans": ["sichuan"]}), "/ask")
    assert survey["found"] == len(survey["passages"]) and set(survey["by_plan"]) == {"sichuan"}


def test_plans_are_filtered_by_their_facets_and_follow_ups_read(client: TestClient, fits: Any) -> None:
    wanted = {"query": "cement", "filter": {"issuer": ["liaoning province"], "year": ["2021..2024"]}}
    assert {p["plan"] for p in fits(client.post("search", json=wanted), "/search")["passages"]} == {"liaoning"}
    share = {
        "question": "What share of energy will be non-fossil by 2030?",
        "filter": {"issuer": ["Liaoning Province"]},
    }
    answer = fits(client.post("ask", json=share), "/ask")
    assert answer["answerable"] and {c["plan"] for c in answer["citations"]} == {"liaoning"}
    again = {**share, "question": "and by 2025?", "after": share["question"]}
    assert "2025" in fits(client.post("ask", json=again), "/ask")["read_as"]


def test_search_and_compare(client: TestClient, fits: Any) -> None:
    found = fits(client.post("search", json={"query": "cement", "top_k": 3, "plans": ["liaoning"]}), "/search")
    assert [p["plan"] for p in found["passages"]] == ["liaoning"] * 3
    asked = {"questions": [QUESTION, "coal"], "plans": ["liaoning", "sichuan"]}
    compared = fits(client.post("compare", json=asked), "/compare")["comparisons"]
    assert [c["question"] for c in compared] == asked["questions"]
    assert [cell["plan"] for cell in compared[0]["cells"]] == asked["plans"]
    assert all(c["cited_text"] == c["quote"] for c in compared[0]["cells"][0]["citations"])


def test_targets_listed_and_aligned(client: TestClient, fits: Any) -> None:
    found = fits(client.get("targets", params={"plan": ["national", "sichuan"], "limit": 1000}), "/targets")
    assert {target["plan"] for target in found["items"]} == {"national", "sichuan"}
    every = fits(
        client.get("targets", params={"plan": ["national", "sichuan"], "figures": "true", "limit": 1000}), "/targets"
    )
    assert {target["kind"] for target in found["items"]} < {target["kind"] for target in every["items"]}
    rows = fits(client.get("targets", params={"aligned": "true", "limit": 2}), "/targets")
    assert len(rows["items"]) == 2 and rows["next_cursor"] and "cells" in rows["items"][0]


def test_a_comparison_and_rows_of_targets_are_described_to_their_last_key(client: TestClient, fits: Any) -> None:
    document = client.get("openapi.json").json()

    def bare(schema: Any) -> Iterator[Any]:
        if isinstance(schema, list):
            yield from (found for each in schema for found in bare(each))
        elif isinstance(schema, dict):
            if schema.get("type") == "object" and not {"properties", "additionalProperties"} & schema.keys():
                yield schema
            yield from (found for each in schema.values() for found in bare(each))

    assert not list(bare(document["components"]["schemas"]))
    # real replies have what the schemas say may be null: a cell without an answer, marks, differences, gaps
    questions = ["What share of non-fossil energy is planned for 2030?", "wind and solar capacity by 2030"]
    asked = {"questions": questions, "plans": ["liaoning", "national", "sichuan"]}
    compared = fits(client.post("compare", json=asked), "/compare")["comparisons"]
    cells = [cell for each in compared for cell in each["cells"]]
    assert {cell["found"] for cell in cells} == {True, False}
    assert {cell["nearest"] is None for cell in cells} == {True, False}
    assert any(sentence["marks"] for cell in cells for sentence in cell["answer"])
    assert any(each["differences"] for each in compared) and any(each["parts"] for each in compared)
    every = fits(client.get("targets", params={"figures": "true", "limit": 1000}), "/targets")["items"]
    assert {target["kind"] for target in every} >= {"target", "figure"} and any(t["change"] for t in every)
    rows = fits(client.get("targets", params={"aligned": "true", "limit": 1000}), "/targets")["items"]
    assert any(len(row["cells"]) > 1 for row in rows)


def test_where_files_lie_on_the_server_is_not_told(client: TestClient) -> None:
    sources = [plan["source"] for plan in client.get("plans").json()["items"]]
    assert "sichuan.md" in sources and not any("/" in source for source in sources)
    assert client.get("plans/sichuan").json()["source"] == "sichuan.md"


def test_each_target_is_a_slice_of_its_plan_and_pages_of_them_are_whole(client: TestClient, filled: Library) -> None:
    listed, cursor = [], ""
    while cursor is not None:
        page = client.get("targets", params={"figures": "true", "limit": 7, "cursor": cursor}).json()
        listed += page["items"]
        cursor = page["next_cursor"]
    assert len(listed) == len(filled.targets(figures=True)) > 14
    for target in listed:
        text = filled.plan(target["plan"]).text[target["start_char_index"] : target["end_char_index"]]
        assert target["cited_text"] == text == target["quote"]
        assert target["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_page_is_drawn_with_its_quote_marked(client: TestClient, filled: Library) -> None:
    quote = next(p["text"] for p in client.get("plans/liaoning/passages").json()["items"] if p["page"] == 2)
    plain = Image.open(io.BytesIO(client.get("plans/liaoning/pages/2.png").content))
    marked = Image.open(io.BytesIO(client.get("plans/liaoning/pages/2.png", params={"quote": quote}).content))
    assert plain.size == marked.size and plain.tobytes() != marked.tobytes()
    assert "does not hold" in problem(client.get("plans/liaoning/pages/2.png?quote=zebra"), 404)
    assert "quote" in problem(client.get("plans/liaoning/pages/2.png", params={"quote": "煤" * 4001}), 422)
    assert "pages 1 to 15" in problem(client.get("plans/liaoning/pages/99.png"), 404)
    assert "no pages" in problem(client.get("plans/national/pages/1.png"), 404)
    original = client.get("plans/liaoning/original")
    assert original.content == Path(filled.plan("liaoning").source).read_bytes()
    assert original.headers["content-disposition"] == 'attachment; filename="liaoning.pdf"'


def test_changed_answers_are_listed_paged_and_told_in_a_feed(
    client: TestClient, filled: Library, fits: Any, tmp_path: Path
) -> None:
    assert fits(client.get("alerts"), "/alerts") == {"items": [], "next_cursor": None}
    filled.save_question("When do asbestos kilns close?")
    for year in (2026, 2029, 2031):
        (tmp_path / "quay.txt").write_text(f"Asbestos kilns must close by {year}.")
        filled.add(tmp_path / "quay.txt")
        filled.recheck()
    latest = [alert.id for alert in filled.alerts()]
    items, cursor = [], ""
    while cursor is not None:
        page = fits(client.get("alerts", params={"limit": 2, "cursor": cursor}), "/alerts")
        items += page["items"]
        cursor = page["next_cursor"]
    assert sorted(item["id"] for item in items) == sorted(latest) and len(latest) == 3
    changed = next(item for item in items if item["new"]["text"] == "Asbestos kilns must close by 2029.")
    assert changed["classes"] == ["weakened", "deadline"] and changed["old"]["version"] == 1
    assert changed["url"] == "http://localhost/library?plan=quay&part=changes&old=1&new=2" and changed["shared"]
    old = filled.backend.version("quay", 1).text
    assert old[changed["old"]["start"] : changed["old"]["end"]] == changed["old"]["text"]
    reply = client.get("alerts.atom")
    assert reply.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(reply.content)
    assert [str(entry.findtext("{*}id")) for entry in feed.findall("{*}entry")] == [
        f"urn:plancite:alert:{alert}" for alert in latest
    ]
    assert "Before: “Asbestos kilns must close by 2029.”" in str(feed.findtext("{*}entry/{*}summary"))


def test_a_file_is_added_by_a_job_then_edited_removed_and_told_in_the_feed(client: TestClient, fits: Any) -> None:
    sent = {"file": ("kilns.txt", b"Old kilns close by 2030. The county says so.")}
    begun = client.post("plans", files=sent)
    assert begun.status_code == 202 and begun.headers["location"] == f"/api/v1/jobs/{begun.json()['job']}"
    job = await_job(client, begun.json()["job"])
    assert [(r["name"], r["status"], r["plan"]) for r in job["reports"]] == [("kilns.txt", "added", "kilns")]
    fits(client.get(f"jobs/{job['job']}"), "/jobs/{job}")
    edited = fits(client.patch("plans/kilns", json={"issuer": "County", "date": "2024-05"}), "/plans/{plan}")
    assert (edited["issuer"], edited["date"]) == ("County", "2024-05")
    assert client.delete("plans/kilns").status_code == 204
    problem(client.get("plans/kilns"), 404)
    feed = ET.fromstring(client.get("changes.atom").content)
    ids = [str(entry.findtext("{*}id")) for entry in feed.findall("{*}entry")]
    assert [name for name in ids if ":kilns:" in name] == ["urn:plancite:kilns:1:removed", "urn:plancite:kilns:1:added"]
    assert len(set(ids)) == len(ids) == 5


def test_files_that_are_sent_together_are_added_in_turn(client: TestClient, fits: Any) -> None:
    begun = [
        client.post("plans", files={"file": (f"mill{n}.txt", f"Mills close by 203{n}.".encode())}) for n in range(4)
    ]
    assert [each.status_code for each in begun] == [202] * 4
    ids = [each.json()["job"] for each in begun]
    assert client.delete(f"jobs/{ids[3]}").status_code == 202
    for job in ids:
        fits(client.get(f"jobs/{job}"), "/jobs/{job}")
    done = [await_job(client, job) for job in ids]
    assert [job["reports"][0]["status"] for job in done[:3]] == ["added"] * 3
    assert {info["plan"] for info in client.get("plans").json()["items"]} >= {"mill0", "mill1", "mill2"}


def test_a_new_version_takes_the_place_that_into_names(client: TestClient, filled: Library) -> None:
    sent = {"file": ("new text.txt", b"Steel mills close by 2031.")}
    job = await_job(client, client.post("plans", files=sent, data={"into": "national"}).json()["job"])
    assert job["reports"][0]["status"] == "replaced"
    assert "2031" in filled.plan("national").text and len(filled.versions("national")) == 2
    problem(client.post("plans", files=sent, data={"into": "nowhere"}), 404)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "told"),
    [
        ("GET", "plans?limit=0", {}, 422, "`limit`"),
        ("GET", "plans?limit=many", {}, 422, "`limit`"),
        ("GET", "plans?limmit=3", {}, 422, "limmit"),
        ("GET", "plans/none", {}, 404, "There is no plan 'none'"),
        ("GET", "plans/none/text", {}, 404, "There is no plan"),
        ("GET", "plans/none/passages", {}, 404, "There is no plan"),
        ("GET", "plans/none/original", {}, 404, "There is no plan"),
        ("GET", "plans/none/pages/1.png", {}, 404, "There is no plan"),
        ("GET", "targets?plan=none", {}, 404, "There is no plan"),
        ("GET", "jobs/none", {}, 404, "no such job"),
        ("DELETE", "jobs/none", {}, 404, "no such job"),
        ("DELETE", "plans/none", {}, 404, "There is no plan"),
        ("GET", "nothing", {}, 404, "openapi.json"),
        ("PUT", "plans", {}, 405, "other methods"),
        ("POST", "ask", {"content": "{"}, 415, "application/json"),
        ("POST", "ask", {"content": "{", "headers": {"content-type": "application/json"}}, 400, "no JSON"),
        ("POST", "ask", {"content": b'{"question": "\xff"}', "headers": {"content-type": "application/json"}}, 400, ""),
        ("POST", "ask", {"json": {}}, 422, "question"),
        ("POST", "ask", {"json": {"question": ""}}, 422, "`question`"),
        ("POST", "ask", {"json": {"question": "?!"}}, 422, "no word"),
        ("POST", "ask", {"json": {"question": "x" * 2001}}, 422, "`question`"),
        ("POST", "ask", {"json": {"question": "coal", "plans": ["none"]}}, 404, "There is no plan"),
        ("POST", "ask", {"json": {"question": "coal", "top_k": 201}}, 422, "`top_k`"),
        ("POST", "ask", {"json": {"question": "coal", "topk": 3}}, 422, "topk"),
        ("POST", "search", {"json": {"query": "coal", "plans": "national"}}, 422, "`plans`"),
        ("POST", "search", {"json": {"query": "coal", "filter": {"isuer": ["x"]}}}, 422, "isuer"),
        ("POST", "search", {"json": {"query": "coal", "filter": {"year": ["soon"]}}}, 422, "soon"),
        ("POST", "ask", {"json": {"question": "coal", "filter": {"place": ["Atlantis"]}}}, 422, "Atlantis"),
        ("POST", "compare", {"json": {"questions": ["coal"], "plans": ["national"]}}, 422, "`plans`"),
        ("POST", "compare", {"json": {"questions": ["coal"], "plans": ["national"] * 2}}, 422, "two plans"),
        ("POST", "compare", {"json": {"questions": ["coal"] * 30, "plans": ["national"] * 3}}, 422, "60 cells"),
        ("PATCH", "plans/national", {"json": {}}, 422, "machine_translated, place, type, status or tags"),
        ("PATCH", "plans/national", {"json": {"date": "soon"}}, 422, "`date`"),
        ("PATCH", "plans/national", {"json": {"date": "2024-99-99"}}, 422, "is not a date"),
        ("PATCH", "plans/national", {"json": {"title": " "}}, 422, "needs a title"),
        ("PATCH", "plans/national", {"json": {"title": "x" * 301}}, 422, "300"),
        ("PATCH", "plans/national", {"json": {"issuer": "a\nb"}}, 422, "one line"),
        ("PATCH", "plans/national", {"json": {"language": "english"}}, 422, "`language`"),
        ("PATCH", "plans/national", {"json": {"tags": ["a\nb"]}}, 422, "one line"),
        ("PATCH", "plans/none", {"json": {"issuer": "x"}}, 404, "There is no plan"),
        ("POST", "plans", {"json": {}}, 415, "multipart/form-data"),
        ("POST", "plans", {"files": {"other": ("a.txt", b"x")}}, 422, "`other`"),
        ("POST", "plans", {"files": {"file": ("a.txt", b"x")}, "data": {"replace": "maybe"}}, 422, "`replace`"),
        ("POST", "plans", {"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, 400, ""),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    client: TestClient, method: str, path: str, sent: dict[str, Any], status: int, told: str
) -> None:
    assert told in problem(client.request(method, path, **sent), status)


def test_a_wrong_method_is_told_all_the_right_ones(client: TestClient) -> None:
    for path, methods in client.get("openapi.json").json()["paths"].items():
        reply = client.request("TRACE", re.sub(r"\{\w+\}", "1", path).lstrip("/"))
        problem(reply, 405)
        assert {method.strip() for method in reply.headers["allow"].split(",")} - {"HEAD"} == {
            method.upper() for method in methods
        }


def test_a_full_server_says_when_to_come_again(client: TestClient, limits: QuestionLimits) -> None:
    with limits.place("testclient"), limits.place("testclient"):
        reply = client.post("ask", json={"question": "coal"})
        assert "2 questions open" in problem(reply, 429) and int(reply.headers["retry-after"]) > 0
    assert client.post("ask", json={"question": "coal"}).status_code == 200


def test_a_request_too_large_is_refused_whatever_length_it_states(client: TestClient) -> None:
    def drip() -> Any:
        for _ in range(5):
            yield b" " * (bodies.MOST_JSON // 4)

    headers = {"content-type": "application/json"}
    assert "larger than 1 MB" in problem(client.post("ask", content=drip(), headers=headers), 413)
    assert "larger than 1 MB" in problem(
        client.post("ask", content=b" " * (bodies.MOST_JSON + 1), headers=headers), 413
    )


def test_a_full_temporary_disk_is_a_problem_with_its_remedy(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(SpooledTemporaryFile[bytes]):
        def write(self, *content: Any) -> Any:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", Full)
    reply = client.post("plans", files={"file": ("a.txt", b"Kilns close by 2030.")})
    told = problem(reply, 503)
    assert "No space left on device" in told and "Free some space" in told and reply.headers["retry-after"]


def test_a_library_that_is_not_there_is_a_problem_not_a_defect(client: TestClient, filled: Library) -> None:
    from indexer.api.application import api_app

    app = api_app(lambda: Library.open(filled.backend.location + "-none"))
    with TestClient(app, raise_server_exceptions=False) as other:
        for path in ("/health", "/plans"):
            assert "There is no library" in problem(other.get(path), 503)


def test_an_unexpected_error_shows_nothing_of_the_code(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Library, "ask", fail)
    assert "secret" not in problem(client.post("ask", json={"question": "coal"}), 500)


def test_the_page_names_every_operation_and_loads_nothing(client: TestClient) -> None:
    page = client.get("").text
    document = client.get("openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} /api/v1{path}</code>" in page
    assert not re.search(r"https?:|<script|src=", page)
