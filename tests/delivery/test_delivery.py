"""Delivery of alerts: signed as the specification says, once it is accepted, and nothing that is not for all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import Run
from fakes import FakeEncoder
from receivers import Hook, Office, hook, office

from indexer.delivery import DeliveryError
from indexer.delivery.mail import Mail, Tls
from indexer.delivery.outbox import PAUSES, deliver_alerts, open_outbox
from indexer.delivery.rounds import run_rounds
from indexer.delivery.settings import Settings, read_settings
from indexer.delivery.webhook import Webhook, read_secret, signed_headers
from indexer.errors import IndexerError
from indexer.exporting.objects import alert_object
from indexer.library import Library
from indexer.library.alerts import read_kept
from indexer.library.audit import entries
from indexer.library.people import set_person
from indexer.library.rights import Person, Role
from indexer.types import Alert, ChangeClass, Sentence

ASKED = "when do cement kilns close?"
SECRET = b"0123456789abcdef0123456789abcdef"
WRITTEN = "whsec_" + base64.b64encode(SECRET).decode()
ALERT = Alert(
    "0f" * 16, "2026-12-01T08:00:00+00:00", "When do kilns\r\nBcc: all@example.org close?", None, None, "", "anhui",
    "Anhui Plan", Sentence("Kilns must close\nby 2025.", 0, 25, ("1. Industry",), 3),
    Sentence("Kilns should close by 2027 — 水泥.", 4, 36, (), None), 1, 2, (ChangeClass.WEAKENED, ChangeClass.DEADLINE),
)  # fmt: skip


@pytest.fixture
def hooked() -> Iterator[Hook]:
    with hook() as opened:
        yield opened


@pytest.fixture
def mailed() -> Iterator[Office]:
    with office() as opened:
        yield opened


@pytest.fixture
def put(library: Library, tmp_path: Path) -> Callable[[str, str], None]:
    def puts(plan_id: str, text: str) -> None:
        (tmp_path / f"{plan_id}.txt").write_text(text, "utf-8")
        library.add(tmp_path / f"{plan_id}.txt")

    return puts


def test_the_signature_is_that_of_the_specification(hooked: Hook) -> None:
    # the example of the specification's own libraries
    secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    Webhook(hooked.url, SECRET).send(ALERT, "https://plans.example.org")
    ((got, body),) = hooked.got
    signed = f"{got['webhook-id']}.{got['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET, signed, "sha256")).decode()
    assert got["webhook-signature"] == f"v1,{expected}"
    assert got["webhook-id"] == ALERT.id and abs(int(got["webhook-timestamp"]) - time.time()) < 60
    assert got["content-type"] == "application/json" and hooked.paths == ["/plancite?to=office"]
    assert hashlib.sha256(body).digest() != hashlib.sha256(b"").digest()
    received = json.loads(body)
    assert received == {
        "type": "answer.changed",
        "timestamp": ALERT.at,
        "data": json.loads(json.dumps(alert_object(ALERT, "https://plans.example.org"))),
    }
    assert received["data"]["url"] == "https://plans.example.org/library?plan=anhui&part=changes&old=1&new=2"
    assert (received["data"]["old"]["version"], received["data"]["new"]["version"]) == (1, 2)


def test_a_redirect_is_not_followed_and_refusals_are_distinguished(hooked: Hook) -> None:
    hooked.statuses = [302, 500, 410, 429, 503]
    finals = []
    for _ in range(5):
        with pytest.raises(DeliveryError) as raised:
            Webhook(hooked.url, SECRET).send(ALERT, "")
        finals.append(raised.value.final)
    assert finals == [True, False, True, False, False]
    assert set(hooked.paths) == {"/plancite?to=office"}
    with pytest.raises(DeliveryError, match="cannot be reached"):
        Webhook("http://127.0.0.1:9/", SECRET).send(ALERT, "")


def test_a_mail_says_what_changed_and_a_question_is_no_header(mailed: Office) -> None:
    mail = Mail("127.0.0.1", mailed.port, "plans@office.example", ("a@example.org", "b@example.org"), Tls.NONE)
    mail.send(ALERT, "https://plans.example.org")
    ((sender, recipients, message),) = mailed.got
    assert (sender, recipients) == ("plans@office.example", ["a@example.org", "b@example.org"])
    assert message["Subject"] == "Weakened, deadline: When do kilns Bcc: all@example.org close?"
    assert message["Bcc"] is None and message["Message-ID"] == f"<{ALERT.id}@office.example>"
    text = message.get_content()
    assert "Anhui Plan" in text and "Before (1. Industry › p. 3): “Kilns must close by 2025.”" in text
    assert "Now: “Kilns should close by 2027 — 水泥.”" in text
    assert "https://plans.example.org/library?plan=anhui&part=changes&old=1&new=2" in text
    assert mailed.greeted == ["office.example"]  # not this machine's name, which would be looked up


def test_mail_that_is_refused_for_good_and_for_now(mailed: Office) -> None:
    mail = Mail("127.0.0.1", mailed.port, "plans@office.example", ("a@example.org",), Tls.NONE)
    for reply, final in (("550 nobody", True), ("450 later", False)):
        mailed.refuses = [reply]
        with pytest.raises(DeliveryError) as raised:
            mail.send(ALERT, "")
        assert raised.value.final is final
    encrypted = Mail("127.0.0.1", mailed.port, "plans@office.example", ("a@example.org",))
    with pytest.raises(DeliveryError):  # never in the clear instead
        encrypted.send(ALERT, "")
    assert mailed.got == []


def test_each_alert_is_told_once_by_each_channel(
    library: Library, put: Callable[[str, str], None], hooked: Hook, mailed: Office
) -> None:
    webhook = Webhook(hooked.url, SECRET)
    mail = Mail("127.0.0.1", mailed.port, "plans@office.example", ("a@example.org",), Tls.NONE)
    settings = Settings((webhook, mail))
    put("anhui", "Cement kilns must close by 2025.")
    library.save_question(ASKED)
    put("anhui", "Cement kilns must close by 2027.")
    (before,) = library.recheck()  # no channel is named yet, so it waits for none
    open_outbox(library, settings)
    assert list(deliver_alerts(library, settings)) == []
    put("anhui", "Cement kilns must close by 2029.")
    (alert,) = library.recheck()
    assert [(name, received.id) for name, received in deliver_alerts(library, settings)] == [
        ("webhook", alert.id),
        ("mail", alert.id),
    ]
    assert list(deliver_alerts(library, settings)) == []
    assert hooked.ids == [alert.id] and [m["Message-ID"] for *_, m in mailed.got] == [f"<{alert.id}@office.example>"]
    assert before.id != alert.id


def test_what_does_not_get_through_is_tried_with_growing_pauses_then_given_up(
    library: Library, put: Callable[[str, str], None], hooked: Hook
) -> None:
    settings = Settings((Webhook(hooked.url, SECRET),))
    open_outbox(library, settings)
    put("anhui", "Cement kilns must close by 2025.")
    library.save_question(ASKED)
    put("anhui", "Cement kilns must close by 2027.")
    (alert,) = library.recheck()
    hooked.statuses = [500] * 99
    now = 1_000.0
    for tries, pause in enumerate(PAUSES, 1):
        assert list(deliver_alerts(library, settings, now=now)) == [] and len(hooked.got) == tries
        assert list(deliver_alerts(library, settings, now=now + pause - 1)) == [] and len(hooked.got) == tries
        now += pause
    assert tuple(sorted(PAUSES)) == PAUSES and set(hooked.ids) == {alert.id}
    assert list(deliver_alerts(library, settings, now=now)) == []
    (kept,) = read_kept(library.backend).alerts
    assert kept.waiting == {} and kept.failed == {"webhook": "127.0.0.1 answered 500."}
    assert list(deliver_alerts(library, settings, now=now * 9)) == [] and len(hooked.got) == len(PAUSES) + 1
    assert entries(library.backend)[-1].outcome == "given up: 127.0.0.1 answered 500."
    assert library.alerts() == [alert]  # it stays in the list and the feed


def test_nobody_is_told_of_ones_own_questions_or_of_plans_with_readers(
    library: Library, put: Callable[[str, str], None], hooked: Hook
) -> None:
    settings = Settings((Webhook(hooked.url, SECRET),))
    open_outbox(library, settings)
    put("open", "Cement kilns must close by 2025 at the coast.")
    put("draft", "Cement kilns must close by 2024 in the valley.")
    library.set_collection("Drafts", ["draft"])
    set_person(library.backend, "Ann", Role.EDITOR)
    library.set_readers("Drafts", ["Ann"])
    ann = library.for_person(Person("Ann", Role.EDITOR))
    ann.save_question(ASKED)
    ann.save_question(ASKED, plans=["draft"], shared=True)
    library.recheck()
    put("draft", "Cement kilns must close by 2030 in the valley.")
    put("open", "Cement kilns must close by 2030 at the coast.")
    assert len(library.recheck()) == 3
    assert list(deliver_alerts(library, settings)) == [] and hooked.got == []
    ann.save_question(ASKED, shared=True)
    library.recheck()
    put("open", "Cement kilns must close by 2035 at the coast.")
    library.recheck()
    ((channel, alert),) = deliver_alerts(library, settings)
    assert (channel, alert.plan, alert.owner) == ("webhook", "open", "")


def test_the_file_of_channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "alerts.toml"
    (tmp_path / "hook.secret").write_text(WRITTEN + "\n")
    (tmp_path / "mail.password").write_text("word\n")
    hook_lines = '[webhook]\nurl = "https://hooks.example.org/x"\nsecret_file = "hook.secret"\n'
    mail_lines = '[mail]\nserver = "smtp.example.org"\nfrom = "plans@example.org"\nto = ["a@example.org"]\n'
    file.write_text(
        f'pages = "https://plans.example.org/"\n{hook_lines}{mail_lines}user = "u"\npassword_file = "mail.password"'
    )
    read = read_settings(file)
    assert [channel.name for channel in read.channels] == [
        "webhook",
        "mail",
    ] and read.pages == "https://plans.example.org"
    wrong = {
        "[webhook]\nurl = 'https://h'": "names no secret. Set PLANCITE_WEBHOOK_SECRET",
        hook_lines.replace("hook.secret", "none"): "The secret_file of \\[webhook\\] cannot be read",
        hook_lines.replace("hook.secret", "mail.password"): "whsec_ and 24 to 64 random bytes",
        hook_lines.replace("https", "ftp"): "Give one that begins with https://",
        mail_lines.replace("a@example.org", "office"): "'office' in \\[mail\\] is no address",
        mail_lines.replace('["a@example.org"]', "[]"): "names nobody to mail to",
        mail_lines + 'tls = "none"\nuser = "u"\npassword_file = "mail.password"': "in the clear",
        mail_lines + 'tls = "ssl"': "cannot be read",
        hook_lines + "sceret = 1": "cannot be read",
        "[[": "cannot be read",
    }
    for text, says in wrong.items():
        file.write_text(text)
        with pytest.raises(IndexerError, match=says):
            read_settings(file)
    file.write_text('[webhook]\nurl = "https://h"')
    monkeypatch.setenv("PLANCITE_WEBHOOK_SECRET", WRITTEN)
    assert len(read_settings(file).channels) == 1


def test_by_hand_on_the_command_line(
    run: Run, fake: FakeEncoder, hooked: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANCITE_WEBHOOK_SECRET", WRITTEN)
    (tmp_path / "alerts.toml").write_text(f'[webhook]\nurl = "{hooked.url}"')
    library, plan = tmp_path / "library", tmp_path / "anhui.txt"
    plan.write_text("Cement kilns must close by 2025.")
    run("add", plan, "--library", library)
    run("save", ASKED, "--library", library)
    plan.write_text("Cement kilns must close by 2027.")
    run("add", plan, "--library", library)
    first = run("recheck", "--alerts", tmp_path / "alerts.toml", "--library", library)
    assert (
        "Weakened, deadline: when do cement kilns close?" in first.out
        and "“Cement kilns must close by 2027.”" in first.out
    )
    assert "Sent by webhook" in first.err and len(hooked.got) == 1
    again = run("recheck", "--alerts", tmp_path / "alerts.toml", "--library", library)
    assert (again.code, again.out) == (0, "") and len(hooked.got) == 1
    listed = json.loads(run("alerts", "--json", "--library", library).out)
    assert listed["id"] == hooked.ids[0] and listed["classes"] == ["weakened", "deadline"]
    (tmp_path / "alerts.toml").write_text("[[")
    assert run("serve", "--alerts", tmp_path / "alerts.toml", "--library", library).code == 2


def test_the_rounds_of_a_server_ask_once_plans_rest_and_outlive_a_defect(
    library: Library, put: Callable[[str, str], None], hooked: Hook
) -> None:
    put("anhui", "Cement kilns must close by 2025.")
    library.save_question(ASKED)
    put("anhui", "Cement kilns must close by 2027.")
    failures: list[Exception] = [RuntimeError("a defect"), IndexerError("The library is locked.")]
    stopped = threading.Event()

    def open_library() -> Library:
        if failures:
            raise failures.pop()
        return library

    settings = Settings((Webhook(hooked.url, SECRET),))
    rounds = threading.Thread(
        target=run_rounds, args=(open_library, settings, stopped), kwargs={"every": 0.02, "rest": 0.1}
    )
    rounds.start()
    deadline = time.monotonic() + 60
    while not hooked.got and time.monotonic() < deadline:
        time.sleep(0.05)
    stopped.set()
    rounds.join(60)
    assert not rounds.is_alive() and failures == []
    assert hooked.ids == [alert.id for alert in library.alerts()] and len(hooked.got) == 1
