"""The lines between the rooms: what may import what, and what importing costs."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "indexer"
MODULES = sorted(PACKAGE.rglob("*.py"))
#: From the bottom up: a module imports from its own row and from those above it in this list.
ROWS = (
    {"types", "errors", "notebook", "translation"},
    {"language"},
    {"reading"},
    {"encoding"},
    {"storage"},
    {"asking"},
    {"comparing", "targets"},
    {"wording", "messages"},
    {"library"},
    {"exporting", "evaluation"},
    {"delivery"},
    {"api"},
    {"cli"},
    {"ui"},
)
#: Only these rooms know these packages.
OWNERS: dict[str, str | tuple[str, ...]] = {
    "streamlit": "ui",
    "altair": "ui",
    "starlette": ("api/", "ui/"),
    "mcp": "api/mcp.py",
    "uvicorn": "ui",
    "faiss": "storage/local",
    "tantivy": ("storage/local/", "language/terms.py"),
    "sqlite3": "storage/local",
    "filelock": "storage/disk.py",
    "msgspec": ("storage/rows.py", "encoding/onnx.py", "library/json_files.py", "delivery/", "api/"),
    "pymilvus": "storage/milvus",
    "milvus_lite": "storage/milvus",
    "grpc": "storage/milvus",
    "httpx": "api/provider.py",
    "ray": "library/ray.py",
    "torch": "encoding",
    "onnx": "encoding",
    "onnxruntime": "encoding",
    "onnxscript": "encoding",
    "sentence_transformers": "encoding",
    "tokenizers": "encoding",
    "transformers": "encoding",
    "pypdf": "reading",
    "pypdfium2": "reading",
    "charset_normalizer": "reading",
    "lxml": "reading",
    "pptx": "reading",
    "striprtf": "reading",
    "trafilatura": "reading",
    "rapidocr_onnxruntime": "reading",
    "langchain_text_splitters": "reading",
    "pint": "language",
    "PIL": "reading",
    "vl_convert": "exporting",
}
#: Lines from which a module says at its top why it is one.
LONG = 500


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def row_of(room: str) -> int:
    return next(i for i, rooms in enumerate(ROWS) if room in rooms)


def imports(module: Path) -> Iterator[str]:
    """Full names that ``module`` imports, late imports and ``import_module`` with a plain string included."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(module)}: imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            first = node.args[0]
            text = first.values[0] if isinstance(first, ast.JoinedStr) else first
            assert isinstance(text, ast.Constant), f"{name_of(module)}: what is imported must be readable"
            yield str(text.value)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_point_down(module: Path) -> None:
    room = Path(name_of(module)).parts[0].removesuffix(".py")
    if room == "__init__":
        return
    for imported in imports(module):
        parts = imported.split(".")
        if parts[0] == "indexer":
            assert row_of(parts[1]) <= row_of(room), f"{name_of(module)} imports {imported}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_each_package_is_known_to_one_room(module: Path) -> None:
    for imported in imports(module):
        owner = OWNERS.get(imported.split(".")[0])
        if owner:
            places = owner if isinstance(owner, tuple) or owner.endswith(".py") else f"{owner}/"
            assert name_of(module).startswith(places), f"{name_of(module)} imports {imported}"


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_each_module_says_its_place(module: Path) -> None:
    text = module.read_text("utf-8")
    place = ast.get_docstring(ast.parse(text))
    assert not text or place
    assert text.count("\n") <= LONG or "One module" in str(place), f"{name_of(module)}: say why it is one module"


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="not a checkout of git's")
def test_nothing_large_is_committed() -> None:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]  # whoever owns the checkout
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    large = [str(file.relative_to(ROOT)) for file in files if file.is_file() and file.stat().st_size > 2**21]
    reader, encoder = (f"indexer/encoding/{folder}weights" for folder in ("answer_reader/", ""))  # ship in the package
    assert large == [f"{reader}/model.onnx", f"{reader}/tokenizer.json", f"{encoder}/model.onnx"]


def test_the_tree_is_read() -> None:
    # a wrong path would make all the above pass over nothing
    assert {"library/facade.py", "storage/local/database.py", "encoding/onnx.py"} <= {name_of(m) for m in MODULES}
    assert "indexer.storage.local.database.Database" in set(imports(PACKAGE / "storage" / "local" / "__init__.py"))
    assert "indexer.reading.formats." in set(imports(PACKAGE / "reading" / "loading.py"))
    assert "torch" in set(imports(PACKAGE / "encoding" / "export.py"))


HEAVY = {
    "torch", "transformers", "sentence_transformers", "onnxruntime", "streamlit", "langchain_text_splitters",
    "faiss", "tantivy", "pymilvus", "grpc", "ray", "pypdf", "pypdfium2", "docx", "pptx", "lxml", "trafilatura", "pandas", "scipy", "sklearn",
}  # fmt: skip


def loaded_by(statements: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded after ``statements``."""
    code = f"{statements}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import indexer",
        "import indexer.library.facade",
        "import indexer.cli",
        "import indexer.cli.asking",
        "import indexer.asking.answering",
        "import indexer.comparing.unique",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    assert not loaded_by(statement) & HEAVY


@pytest.mark.usefixtures("encoder")
def test_asking_loads_no_torch(sample_folder: Path) -> None:
    asking = (
        "from indexer.library.facade import Library\n"
        f"with Library.open({str(sample_folder)!r}) as library:\n"
        "    answer = library.ask('Which kilns have to close?')\n"
        "assert answer.hits"
    )
    loaded = loaded_by(asking)
    assert {"onnxruntime", "faiss", "tantivy"} <= loaded
    assert not loaded & {
        "torch",
        "transformers",
        "sentence_transformers",
        "streamlit",
        "pypdf",
        "langchain_text_splitters",
    }
