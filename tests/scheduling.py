"""How tests are given to workers, and what becomes of them when a worker dies."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController


class Scheduling(LoadScopeScheduling):
    """Each file, and all tests that need the machine for themselves, on one worker.

    pytest-xdist 3.8 writes its groups into a field of the tests that pytest 9.2 no longer has, so marks do not do.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "alone" if path.startswith(("tests/browser/", "tests/faults/")) else path

    def remove_node(self, node: WorkerController) -> str | None:
        """Give others what a worker leaves; the test that it died of, if it did, is failed and not run again.

        pytest-xdist 3.8 runs that test again, and gives back files that are done: a new worker waits for them forever.
        """
        left = self.assigned_work.pop(node)
        died_of = next((test for tests in left.values() for test, done in tests.items() if not done), None)
        if died_of is None:
            return None
        for scope, tests in left.items():
            if died_of in tests:
                tests[died_of] = True
            if not all(tests.values()):
                self.workqueue[scope] = tests
        for other in self.assigned_work:
            self._reschedule(other)
        return died_of
