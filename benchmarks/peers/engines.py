"""Each peer as its own documentation sets it up for hybrid search, behind the same four functions.

Runs in the peers' environment: nothing of Plancite is imported here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

K = 10


class Engine(Protocol):
    def __init__(self, model: str) -> None:
        """Load ``model`` and all that indexing needs; nothing of that is timed."""
        ...

    def index(self, ids: Sequence[str], texts: Sequence[str]) -> None: ...

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> None: ...

    def search(self, question: str) -> list[str]:
        """Ids of the ten best, their texts fetched."""
        ...


def import_all(*modules: str) -> None:
    """Load what an engine imports later on, so that it is not timed."""
    for module in modules:
        import_module(module)


class Txtai:
    """Its hybrid index with content: FAISS, its own BM25, SQLite."""

    def __init__(self, model: str) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=model, hybrid=True, content=True)
        self._embeddings.transform("warm")

    def index(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        self._embeddings.index(zip(ids, texts, strict=True))

    def save(self, folder: Path) -> None:
        self._embeddings.save(str(folder))

    def load(self, folder: Path) -> None:
        self._embeddings.load(str(folder))

    def search(self, question: str) -> list[str]:
        return [row["id"] for row in self._embeddings.search(question, K)]


class LangChain:
    """FAISS and BM25 as an ensemble, half each. Its BM25 has no file: it is made anew when opened."""

    def __init__(self, model: str) -> None:
        community = ("langchain_community.retrievers", "langchain_community.vectorstores")
        import_all("faiss", "langchain_classic.retrievers", *community)
        from langchain_huggingface import HuggingFaceEmbeddings

        self._embeddings = HuggingFaceEmbeddings(model_name=model, encode_kwargs={"normalize_embeddings": True})
        self._embeddings.embed_query("warm")

    def index(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        from langchain_community.vectorstores import FAISS

        self._ids, self._texts = list(ids), list(texts)
        store = FAISS.from_texts(self._texts, self._embeddings, metadatas=[{"id": i} for i in ids])
        self._assemble(store)

    def _assemble(self, store: Any) -> None:
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever

        self._store = store
        words = BM25Retriever.from_texts(self._texts, metadatas=[{"id": i} for i in self._ids], k=K)
        self._retriever = EnsembleRetriever(
            retrievers=[words, store.as_retriever(search_kwargs={"k": K})], weights=[0.5, 0.5]
        )

    def save(self, folder: Path) -> None:
        self._store.save_local(str(folder))
        (folder / "texts.json").write_text(json.dumps([self._ids, self._texts]), "utf-8")

    def load(self, folder: Path) -> None:
        from langchain_community.vectorstores import FAISS

        self._ids, self._texts = json.loads((folder / "texts.json").read_text("utf-8"))
        self._assemble(FAISS.load_local(str(folder), self._embeddings, allow_dangerous_deserialization=True))

    def search(self, question: str) -> list[str]:
        return [document.metadata["id"] for document in self._retriever.invoke(question)][:K]


class LlamaIndex:
    """FAISS and BM25 fused by reciprocal rank, one query, no language model."""

    def __init__(self, model: str) -> None:
        import_all("faiss", "llama_index.retrievers.bm25", "llama_index.vector_stores.faiss")
        from llama_index.core import Settings
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        Settings.llm = None
        Settings.embed_model = HuggingFaceEmbedding(model_name=model, device="cpu")
        Settings.embed_model.get_query_embedding("warm")

    def index(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        nodes = [TextNode(id_=i, text=text) for i, text in zip(ids, texts, strict=True)]
        context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(384)))
        self._index = VectorStoreIndex(nodes, storage_context=context)
        self._words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=K)
        self._fuse()

    def _fuse(self) -> None:
        from llama_index.core.retrievers import QueryFusionRetriever

        self._retriever = QueryFusionRetriever(
            [self._index.as_retriever(similarity_top_k=K), self._words],
            similarity_top_k=K,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

    def save(self, folder: Path) -> None:
        self._index.storage_context.persist(str(folder))
        self._words.persist(str(folder / "words"))

    def load(self, folder: Path) -> None:
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        store = FaissVectorStore.from_persist_dir(str(folder))
        self._index = load_index_from_storage(StorageContext.from_defaults(vector_store=store, persist_dir=str(folder)))
        self._words = BM25Retriever.from_persist_dir(str(folder / "words"))
        self._fuse()

    def search(self, question: str) -> list[str]:
        return [found.node.node_id for found in self._retriever.retrieve(question)]


PEERS: dict[str, type[Engine]] = {"txtai": Txtai, "LangChain": LangChain, "LlamaIndex": LlamaIndex}
