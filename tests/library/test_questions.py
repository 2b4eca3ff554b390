"""Questions asked lately: kept over a restart, bounded, forgotten on demand, and never in anybody's way."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import LibraryError
from indexer.library.questions import (
    FILE,
    MOST,
    forget_questions,
    questions_file,
    recent_questions,
    record_question,
    records_questions,
    set_recording,
)
from indexer.storage import Backend, open_backend
from indexer.storage.disk import write_lock
from indexer.types import AskedQuestion

CEMENT = AskedQuestion("what are the cement capacity rules?")
FORESTS = AskedQuestion("森林 <b>forests</b>\n?", ("sichuan", "liaoning"), "land", True)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    opened = open_backend(tmp_path / "library", create=True)
    yield opened
    opened.close()


def test_the_latest_comes_first_and_nothing_twice(backend: Backend) -> None:
    assert recent_questions(backend) == [] and records_questions(backend)
    for question in (CEMENT, FORESTS, CEMENT):
        record_question(backend, question)
    assert recent_questions(backend) == [CEMENT, FORESTS]
    # another scope is another question
    narrowed = AskedQuestion(CEMENT.question, ("sichuan",))
    record_question(backend, narrowed)
    assert recent_questions(backend) == [narrowed, CEMENT, FORESTS]


def test_a_new_process_finds_them(backend: Backend) -> None:
    record_question(backend, FORESTS)
    code = (
        "from indexer.storage import open_backend\nfrom indexer.library.questions import recent_questions\nimport sys\n"
        "print(ascii(recent_questions(open_backend(sys.argv[1]))))"
    )
    done = subprocess.run([sys.executable, "-c", code, backend.location], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ascii([FORESTS])


def test_only_so_many_are_kept(backend: Backend) -> None:
    for i in range(MOST + 5):
        record_question(backend, AskedQuestion(f"question {i}"))
    kept = recent_questions(backend)
    assert len(kept) == MOST
    assert kept[0].question == f"question {MOST + 4}" and kept[-1].question == "question 5"


def test_one_or_all_are_forgotten(backend: Backend) -> None:
    for question in (CEMENT, FORESTS):
        record_question(backend, question)
    forget_questions(backend, CEMENT)
    assert recent_questions(backend) == [FORESTS]
    forget_questions(backend)
    assert recent_questions(backend) == []
    assert "forests" not in questions_file(backend).read_text("utf-8")


def test_switched_off_nothing_is_kept(backend: Backend) -> None:
    record_question(backend, CEMENT)
    set_recording(backend, False)
    assert not records_questions(backend)
    record_question(backend, FORESTS)
    assert recent_questions(backend) == []
    assert "cement" not in questions_file(backend).read_text("utf-8")
    set_recording(backend, True)
    record_question(backend, FORESTS)
    assert recent_questions(backend) == [FORESTS]


def test_a_writer_is_not_waited_for(backend: Backend) -> None:
    with write_lock(Path(backend.location)):
        record_question(backend, CEMENT)
        assert recent_questions(backend) == [CEMENT]


def test_where_nothing_can_be_written_a_question_is_lost_and_forgetting_says_so(backend: Backend) -> None:
    # a folder in the file's place refuses a write from everybody, root too
    questions_file(backend).mkdir()
    record_question(backend, CEMENT)
    assert recent_questions(backend) == []
    with pytest.raises(LibraryError, match=r"asked\.json cannot be changed"):
        forget_questions(backend)
    assert [path.name for path in Path(backend.location).glob(f".{FILE}*")] == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["keeps", "asked", "question"]), inner),
    max_leaves=8,
)


@given(stored=json_values | st.fixed_dictionaries({"asked": st.lists(json_values, max_size=3)}))
def test_whatever_the_file_holds_it_is_read(tmp_path_factory: pytest.TempPathFactory, stored: object) -> None:
    backend = _place(tmp_path_factory.getbasetemp())
    questions_file(backend).write_text(json.dumps(stored), "utf-8")
    assert all(isinstance(question, AskedQuestion) and question.question for question in recent_questions(backend))
    assert isinstance(records_questions(backend), bool)


def test_what_is_no_json_is_no_history_and_is_written_over(backend: Backend) -> None:
    for damage in (b"", b"\xff\xfe\x00", b'{"asked": [', b"[" * 100_000):
        questions_file(backend).write_bytes(damage)
        assert recent_questions(backend) == []
        record_question(backend, CEMENT)
        assert recent_questions(backend) == [CEMENT]


def test_sessions_that_ask_at_once_lose_nothing(backend: Backend) -> None:
    questions = [AskedQuestion(f"question {i}") for i in range(40)]
    threads = [threading.Thread(target=record_question, args=(backend, question)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(recent_questions(backend)) == set(questions)


def _place(folder: Path) -> Backend:
    """A library of which only the place matters."""
    return type("Place", (), {"location": str(folder), "folder": folder, "owner": ""})()  # type: ignore[return-value]
