"""A cluster of two nodes on this machine does what is done at home, though one of them is killed midway."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.encoding import Encoder
from indexer.errors import ModelError
from indexer.library import Library
from indexer.library import ray as embedding
from indexer.library.ray import add_on_ray
from indexer.reading.files import plan_files
from indexer.storage import open_backend
from indexer.storage.rows import content_hash
from indexer.types import Stage

pytestmark = pytest.mark.cluster
CORPUS = Path(__file__).resolve().parents[2] / "corpus"


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ray
        from ray.cluster_utils import Cluster

        size = {"num_cpus": 2, "object_store_memory": 100_000_000}
        made = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
        made.add_node(**size)
        ray.init(address=made.address, log_to_driver=False)
        yield made
        ray.shutdown()
        made.shutdown()


@pytest.mark.filterwarnings("ignore")
def test_one_of_two_nodes_killed_midway_changes_nothing(
    cluster: object, tmp_path: Path, encoder: Encoder, sample_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    monkeypatch.setattr(embedding, "BATCH", 8)
    # three workers on two nodes of two cores: one of them at least is on the node that is killed
    monkeypatch.setattr(ray.data.DataContext.get_current(), "wait_for_min_actors_s", 300)
    (node,) = cluster.worker_nodes  # type: ignore[attr-defined]
    arrived: list[Path] = []
    at_death: list[int] = []

    def kill_when_all_work() -> None:
        # looked for from aside: Ray works ahead of what has arrived here, and ends a worker that nothing is left for
        end = time.monotonic() + 200
        while len(_embedders()) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        at_death.extend((_embedders().count(node.node_id), len(arrived)))
        cluster.remove_node(node, allow_graceful=False)  # type: ignore[attr-defined]

    def progress(path: Path, stage: Stage, done: int, total: int) -> None:
        arrived.append(path)

    backend = open_backend(tmp_path / "library", create=True)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 and nothing else")
    files = [*sorted(p for p in CORPUS.iterdir() if p.is_file()), broken]
    killer = threading.Thread(target=kill_when_all_work)
    killer.start()
    reports = {Path(r.path).name: r for r in add_on_ray(backend, encoder, plan_files(files), "auto", 3, progress)}
    killer.join()

    at_home = {info.id: info for info in sample_library.plans()}
    embedders, before = at_death
    assert embedders >= 1, "the node that was killed embedded nothing"
    assert before < sum(info.passages for info in at_home.values()), "nothing was left to do when it was killed"
    assert len(arrived) - 1 == sum(info.passages for info in at_home.values())  # each once, and the broken file
    assert reports.pop("broken.pdf").status == "failed"
    assert {r.plan: (r.status, r.passages) for r in reports.values()} == {
        info.id: ("added", info.passages) for info in at_home.values()
    }
    for plan_id in at_home:
        ours, theirs = backend.content(plan_id), sample_library.backend.content(plan_id)
        assert np.array_equal(ours.vectors, theirs.vectors)
        assert list(ours.word_vectors) == list(theirs.word_vectors)
        assert content_hash(ours) == content_hash(theirs)
    assert backend.check() == []
    again = [r.status for r in add_on_ray(backend, encoder, plan_files(files[:3]), "auto")]
    assert again == ["same"] * 3
    backend.close()


def _embedders() -> list[str]:
    """The node of each embedder that is alive."""
    from ray._private.state import actors

    alive = [actor for actor in actors().values() if actor["State"] == "ALIVE"]
    return [actor["Address"]["NodeID"] for actor in alive if "Embedder" in actor["ActorClassName"]]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("cluster")
def test_a_worker_with_another_model_is_refused(tmp_path: Path) -> None:
    backend = open_backend(tmp_path / "library", create=True)
    elsewhere = FakeEncoder(8, "all-MiniLM-L6-v2@of-another-make", "all-MiniLM-L6-v2")
    with pytest.raises(
        ModelError, match=r"A worker has the model .*, not all-MiniLM-L6-v2@of-another-make. Install the same"
    ):
        list(add_on_ray(backend, elsewhere, plan_files([CORPUS / "national.txt"]), "auto", 1))
    assert backend.plans() == []
    backend.close()
