"""What a file of the program may be like. Which module may import which says pyproject.toml."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT)
    for name in ("exporter", "api", "grafana")
    for path in (ROOT / name).rglob("*.py")
)
MAX_LINES = 300


def _lines(path: Path) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def test_only_the_commands_read_the_environment() -> None:
    readers = {
        path
        for path in MODULES
        if "environ" in (ROOT / path).read_text(encoding="utf-8").replace("environment", "")
    }
    assert {path for path in readers if path.parts[:2] != ("exporter", "cli")} == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_file_can_be_read_at_one_sitting(path: Path) -> None:
    assert _lines(path) <= MAX_LINES


def test_the_files_of_the_tests_can_be_too() -> None:
    paths = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")]
    assert Path(__file__).relative_to(ROOT) in paths
    assert {str(path): _lines(path) for path in paths if _lines(path) > MAX_LINES} == {}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert path.stem not in ("utils", "util", "helpers", "common", "misc")
    assert ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.not_quick
def test_what_a_database_is_opened_with_is_named() -> None:
    """By position it is a warning from Python 3.13 on, which no earlier one tells."""
    calls = [
        (path, node.lineno, len(node.args))
        for name in ("exporter", "api", "grafana", "tests")
        for path in (ROOT / name).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "sqlite3.connect"
    ]
    assert calls
    assert [call for call in calls if call[2] != 1] == []


SKIPPING = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="the moon is full")
def test_skipped():
    pass
"""


@pytest.mark.not_quick
@pytest.mark.parametrize(
    ("in_ci", "processes", "code"), [("true", "0", 1), ("true", "2", 1), ("", "0", 0)]
)
def test_a_skipped_test_fails_the_run_in_ci(
    tmp_path: Path, in_ci: str, processes: str, code: int
) -> None:
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "test_skipping.py").write_text(SKIPPING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", processes]
    result = subprocess.run(
        [*command, "--rootdir", tmp_path],
        cwd=tmp_path,
        env={**os.environ, "CI": in_ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == code, result.stdout + result.stderr
    assert ("the moon is full" in result.stdout) is bool(in_ci)
