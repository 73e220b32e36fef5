"""The directions of imports: the gate stays a second opinion, and Dagster stays at the edge."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("orchestration", "pseudonymisation", "expectations")
KNOW_DAGSTER = ("orchestration/defs/", "orchestration/definitions.py", "orchestration/launch.py")
READ_THE_WORLD = (*KNOW_DAGSTER, "orchestration/cli.py")
MODULES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def imports_at_load_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_the_pseudonymiser_and_the_gate_import_neither_each_other_nor_the_application(path: Path) -> None:
    package = place(path).split("/")[0]
    forbidden = {
        "pseudonymisation": ("orchestration", "expectations"),
        "expectations": ("orchestration", "pseudonymisation"),
        "orchestration": (),
    }[package]
    assert not [name for name in imports_of(path) if name.split(".")[0] in forbidden]


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_only_the_edge_knows_dagster(path: Path) -> None:
    if place(path).startswith(KNOW_DAGSTER):
        return
    assert not [name for name in imports_of(path) if name.split(".")[0].startswith("dagster")]


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_only_the_edge_reads_the_environment_and_the_clock(path: Path) -> None:
    if place(path).startswith(READ_THE_WORLD):
        return
    source = ast.unparse(ast.parse(path.read_text()))
    for reading in (
        "os.environ",
        "os.getenv",
        "date.today(",
        "datetime.now(",
        "time.time(",
        "import secrets",
        "os.urandom(",
    ):
        assert reading not in source, reading


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_only_one_module_opens_duckdb(path: Path) -> None:
    if place(path) == "orchestration/duck.py":
        return
    assert "duckdb.connect" not in path.read_text()


def test_only_the_stages_of_a_release_know_where_releases_lie_and_no_connection_may_open_them() -> None:
    knowing = {place(path) for path in MODULES if ".releases" in path.read_text()}
    assert knowing == {"orchestration/zones.py", "orchestration/release/stages.py"}
    for path in MODULES:
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        for call in calls:
            allowed = [ast.unparse(word.value) for word in call.keywords if word.arg == "allowed_directories"]
            assert not [folders for folders in allowed if "releases" in folders or "home" in folders], place(path)


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_presidio_and_great_expectations_each_have_one_door(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports_of(path)}
    if place(path) != "pseudonymisation/text.py":
        assert not roots & {"presidio_analyzer", "presidio_anonymizer", "spacy"}
    if not place(path).startswith("expectations/"):
        assert "great_expectations" not in roots


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    heavy = {"presidio_analyzer", "presidio_anonymizer", "spacy", "great_expectations", "pydicom", "pandas"}
    assert not imports_at_load_of(path) & heavy


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_stays_under_four_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize(
    "statement", ["import orchestration.cli", "from orchestration.cli import main; main(['--help'])"]
)
def test_the_command_line_loads_without_heavy_imports(statement: str) -> None:
    heavy = ("presidio_analyzer", "spacy", "great_expectations", "dagster", "pandas", "duckdb", "pydicom")
    code = f"""
import sys
try:
    {statement}
except SystemExit:
    pass
loaded = [name for name in {heavy!r} if name in sys.modules]
sys.exit(', '.join(loaded) or 0)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
