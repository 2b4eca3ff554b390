"""A process for work on other people's files: it has limits of time, memory and output, and can be killed.

Patterns that take too long keep the interpreter, parsers in C crash, and archives unpack to gigabytes: here that
ends one process, with a sentence on the file at hand, and neither the server nor the command. One process is
kept ready, so that a small file does not wait for a start.

The process is started with the interpreter's own command line, not by ``multiprocessing``, which would run the
script of whoever imports this package again. It inherits nothing but ``sys.path``.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

from indexer.errors import IndexerError, LibraryError

#: Seconds of processor time for a small file, and bytes that bring one second more: several times what text needs that
#: is nothing but figures.
TIME, BYTES_PER_SECOND = 60.0, 100_000
#: Times as long that it may take on a busy machine, or waiting for nothing.
_PATIENCE = 10.0
#: Bytes of memory that the process may take for a small file, and that each byte of a larger one brings.
MEMORY, MEMORY_PER_BYTE = 1 << 30, 10
#: Bytes of what it may send back: a hundred times the longest plan.
OUTPUT = 400 << 20
#: A process that has grown past this is not kept: what it took is not given back to the system.
_KEPT = 300 << 20
#: Seconds that a process without work is kept.
_IDLE = 600.0
#: Seconds between two looks at the clock and the memory.
_TICK = 0.05
#: Allocations past the limit that fail at once, where memory grows faster than it is looked at.
_SLACK = 512 << 20
#: Seconds past its limit after which the process ends by itself, where the parent was killed.
_SPARE = 10.0
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class ProcessEnded(Exception):
    """The process was ended before its work was done; says why, as the end of a sentence: "took longer than …"."""


class Cancelled(ProcessEnded):
    """The process was ended because whoever waits for it has cancelled."""


def seconds_for(size: int) -> float:
    """The time limit for a file, or a text, of ``size`` bytes."""
    return TIME + size / BYTES_PER_SECOND


def memory_for(size: int) -> int:
    """The memory limit for a file, or a text, of ``size`` bytes."""
    return MEMORY + MEMORY_PER_BYTE * size


def warm() -> None:
    """Start the process, unless one is ready: its start takes about as long as loading the model."""
    with _lock:
        if _idle and _idle[0].alive:
            return
        if _idle:
            _idle.pop().end()
        _idle.append(_Worker())


@contextmanager
def run(
    function: Callable[..., Iterator[Any]],
    *arguments: object,
    seconds: float = TIME,
    memory: int = MEMORY,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Iterator[Any]]:
    """What ``function``, of a module's top level, yields in the process; leaving the block early kills it.

    ``cancelled`` is asked from another thread. Raises IndexerError as ``function`` does, and ProcessEnded.
    """
    worker = _take()
    watch = _Watch(worker, seconds, memory, cancelled)
    try:
        yield _results(worker, watch, function, arguments)
    finally:
        watch.stop()
        if worker.reusable:
            _keep(worker)
        else:
            worker.end()


def grant(seconds: float) -> None:
    """In the process: allow the work at hand ``seconds`` more. Anywhere else: do nothing."""
    if _output:
        _send("more", seconds)
        _allow(seconds)


# -- the parent's side ---------------------------------------------------------------------------

_idle: list[_Worker] = []
_lock = threading.Lock()


class _Worker:
    """The process and the pipes to and from it."""

    def __init__(self) -> None:
        code = f"import sys; sys.path[:] = {sys.path!r}; from indexer.library.process import serve; serve()"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise LibraryError(
                f"The process that reads files cannot be started ({error.strerror or error}). "
                "End other programs, or raise the limit of processes, and try again."
            ) from error
        self._parent = os.getpid()
        self._retires: threading.Timer | None = None
        self.reusable = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be given work: also not when it belongs to the process that this one was forked from."""
        return self._parent == os.getpid() and self._process.poll() is None

    def send(self, work: object) -> None:
        pipe = self._process.stdin
        assert pipe
        self.reusable = False
        pickle.dump(work, pipe, pickle.HIGHEST_PROTOCOL)
        pipe.flush()

    def receive(self) -> tuple[str, Any]:
        """(kind, value) of what it sends next. Raises EOFError when it has ended, ProcessEnded for too much."""
        pipe = self._process.stdout
        assert pipe
        size = int.from_bytes(pipe.read(8), "big")
        if size > OUTPUT:
            raise ProcessEnded(f"gave more than {OUTPUT >> 20} MB, the most for one file")
        data = pipe.read(size)
        if not size or len(data) < size:
            raise EOFError
        kind, value = pickle.loads(data)
        return kind, value

    def memory(self) -> int:
        """Bytes of memory that it takes; 0 where the system does not say."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]) * _PAGE
        except (OSError, ValueError, IndexError):
            return 0

    def seconds(self) -> float | None:
        """Seconds of processor time that it has taken; None where the system does not say."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError, AttributeError):
            return None

    def retire_later(self) -> None:
        """End it when nobody needs it for a while."""
        self._retires = threading.Timer(_IDLE, _retire, [self])
        self._retires.daemon = True
        self._retires.start()

    def stay(self) -> None:
        """Do not retire."""
        if self._retires:
            self._retires.cancel()

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        """Kill it, if it has not ended by itself; its exit status, negative for a signal."""
        self.stay()
        status = 0
        if self._parent == os.getpid():  # a fork of this process leaves it alone
            self.kill()
            status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what is left to write to it is lost
                assert pipe
                pipe.close()
        return status


class _Watch(threading.Thread):
    """Kills ``worker`` when it takes too long or too much memory, or is not wanted any more; ``ended`` says why."""

    def __init__(self, worker: _Worker, seconds: float, memory: int, cancelled: Callable[[], bool]) -> None:
        super().__init__(name="reading", daemon=True)
        self.ended: ProcessEnded | None = None
        self._worker = worker
        self._seconds = seconds
        self._began = monotonic(), worker.seconds()
        self._memory = memory
        self._cancelled = cancelled
        self._done = threading.Event()
        self.start()

    def grant(self, seconds: float) -> None:
        self._seconds += seconds

    def stop(self) -> None:
        self._done.set()
        self.join()

    def _late(self) -> bool:
        passed, used = monotonic() - self._began[0], self._worker.seconds()
        if used is None or self._began[1] is None:
            return passed > self._seconds
        return used - self._began[1] > self._seconds or passed > _PATIENCE * self._seconds

    def run(self) -> None:
        while not self._done.wait(_TICK):
            if self._cancelled():
                self.ended = Cancelled("was cancelled")
            elif self._late():
                self.ended = ProcessEnded(f"took longer than {self._seconds:.0f} seconds, the most for its size")
            elif self._worker.memory() > self._memory:
                self.ended = out_of_memory(self._memory)
            if self.ended:
                self._worker.kill()
                return


def out_of_memory(memory: int) -> ProcessEnded:
    return ProcessEnded(f"took more than {memory / (1 << 30):.2g} GB of memory, the most for its size")


def _results(
    worker: _Worker, watch: _Watch, function: Callable[..., Iterator[Any]], arguments: tuple[object, ...]
) -> Iterator[Any]:
    """What the process yields, sent its work at the first ``next``."""
    try:
        worker.send((function, arguments, watch._seconds, watch._memory))
        while True:
            kind, value = worker.receive()
            match kind:
                case "value":
                    yield value
                case "more":
                    watch.grant(value)
                case "memory":
                    raise out_of_memory(watch._memory)
                case "raised":
                    worker.reusable = worker.memory() < _KEPT
                    raise value
                case _:
                    worker.reusable = worker.memory() < _KEPT
                    return
    except (EOFError, OSError, pickle.UnpicklingError) as error:
        status = worker.end()
        how = f"with signal {-status}" if status < 0 else f"with status {status}"
        raise watch.ended or ProcessEnded(f"broke off: the process that reads ended {how}") from error


def _take() -> _Worker:
    with _lock:
        worker = _idle.pop() if _idle else None
    if worker and worker.alive:
        worker.stay()
        return worker
    if worker:
        worker.end()
    return _Worker()


def _keep(worker: _Worker) -> None:
    """Keep ``worker`` ready, unless another one is."""
    with _lock:
        if worker.alive and not _idle:
            _idle.append(worker)
            worker.retire_later()
            return
    worker.end()


def _retire(worker: _Worker) -> None:
    with _lock:
        if worker not in _idle:
            return
        _idle.remove(worker)
    worker.end()


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()


# -- the process's side --------------------------------------------------------------------------

_output: list[BinaryIO] = []


def serve() -> None:
    """Do the work that comes through standard input until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent, which gets it too, decides
    _output.append(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what a parser prints is no result
    import_module("indexer.library.adding").preload()
    while True:
        try:
            function, arguments, seconds, memory = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _allow(seconds + _SPARE, memory, anew=True)
        try:
            for value in function(*arguments):
                _send("value", value)
        except IndexerError as error:
            _send("raised", error)
        except MemoryError:
            _send("memory", None)
        except Exception as error:
            _send("raised", ProcessEnded(f"failed ({type(error).__name__}: {str(error)[:200]})"))
        else:
            _send("done", None)
        function = arguments = None


def _send(kind: str, value: object) -> None:
    data = pickle.dumps((kind, value), pickle.HIGHEST_PROTOCOL)
    _output[0].write(len(data).to_bytes(8, "big"))
    _output[0].write(data)
    _output[0].flush()


def _allow(seconds: float, memory: int = 0, *, anew: bool = False) -> None:
    """Let the system end this process ``seconds`` later, or that long from now, should the parent be gone.

    Allocations past ``memory`` fail at once. Systems unlike Unix have no such limits.
    """
    with suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until, hard = resource.getrlimit(resource.RLIMIT_CPU)
        since = used.ru_utime + used.ru_stime if anew else until
        resource.setrlimit(resource.RLIMIT_CPU, (int(since + seconds), hard))
        if memory:
            hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
            resource.setrlimit(resource.RLIMIT_DATA, (memory + _SLACK, hard))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
