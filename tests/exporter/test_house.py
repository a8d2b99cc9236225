"""Which module may know which: what DESIGN says of the house, held to the imports."""

import ast
import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path.relative_to(ROOT)
    for name in ("exporter", "api", "grafana")
    for path in (ROOT / name).rglob("*.py")
)
LONGEST = 300


def dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def imports(path: Path) -> set[str]:
    """Return every module a file imports, also inside of functions, with the names taken."""
    return set(_imports(ast.parse((ROOT / path).read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def importers(*packages: str) -> set[str]:
    return {
        dotted(path)
        for path in MODULES
        if any(is_within(name, *packages) for name in imports(path))
    }


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("falcon", ("api",)),
        (
            "waitress",
            (
                *("api.accepting", "api.arriving", "api.channel", "api.chunks", "api.dispatcher"),
                *("api.lingering", "api.parser", "api.serve"),
            ),
        ),
        # the second reads another program's database, which is none of the store's
        ("sqlite3", ("exporter.store", "exporter.duplistatus_app.database")),
        ("sqlite_utils", ("exporter.store",)),
        ("prometheus_client", ("exporter.rendering", "exporter.telemetry")),
        ("api", ("api", "exporter.cli")),
        ("exporter.demo", ("exporter.demo", "exporter.cli.demo")),
        ("exporter.export", ("exporter.export", "exporter.cli")),
        ("argparse", ("exporter.cli",)),
        ("jinja2", ("api.page.rendering",)),
        ("urllib3", ("exporter.duplicati_server", "exporter.cli.client")),
        ("grafana_foundation_sdk", ("grafana.build",)),
    ],
)
def test_a_library_is_known_only_where_it_belongs(package: str, allowed: tuple[str, ...]) -> None:
    known = importers(package)
    assert known
    assert {name for name in known if not is_within(name, *allowed)} == set()


FORBIDDEN = [
    ("exporter.times", ("exporter",)),
    ("exporter.reports", ("exporter.store", "exporter.jobs.state", "exporter.schedule")),
    ("exporter.jobs.state", ("exporter.store", "exporter.schedule", "exporter.reports")),
    ("exporter.schedule", ("exporter.store", "exporter.reports")),
    ("exporter.plans", ("exporter.store", "exporter.jobs.state", "exporter.reports")),
    ("exporter.policy", ("exporter.store", "exporter.fleet")),
    ("exporter.store", ("exporter.fleet", "exporter.schedule", "exporter.config")),
    ("exporter.jobs.standing", ("exporter.store", "exporter.schedule", "exporter.fleet")),
    ("exporter.conditions", ("exporter.store", "exporter.fleet")),
    ("exporter.fleet", ("exporter.families", "exporter.collector", "exporter.config")),
    ("exporter.refusals", ("exporter.fleet", "exporter.config")),
    ("exporter.past", ("exporter.families", "exporter.collector", "exporter.config")),
    ("exporter.duplistatus_app", ("exporter.store", "exporter.config", "exporter.cli")),
    ("exporter.families", ("exporter.collector", "exporter.telemetry", "exporter.store")),
    ("exporter.collector", ("exporter.config", "exporter.cli")),
    ("exporter.export", ("exporter.fleet", "exporter.collector", "exporter.config")),
    ("exporter.duplicati_server", ("exporter.store", "exporter.fleet", "exporter.config")),
    ("api", ("exporter.config", "exporter.cli")),
    ("exporter", ("grafana",)),
    ("api", ("grafana",)),
    ("grafana", ("exporter", "api")),
]


@pytest.mark.parametrize(("package", "forbidden"), FORBIDDEN, ids=str)
def test_knowledge_flows_one_way(package: str, forbidden: tuple[str, ...]) -> None:
    inside = [path for path in MODULES if is_within(dotted(path), package)]
    assert inside
    for path in inside:
        others = {name for name in imports(path) if not is_within(name, package)}
        assert {name for name in others if is_within(name, *forbidden)} == set()


@pytest.mark.parametrize("package", ["exporter.model", "exporter.demo"])
def test_what_stands_at_the_bottom_knows_nothing_of_the_project_but_times(package: str) -> None:
    inside = [path for path in MODULES if is_within(dotted(path), package)]
    assert inside
    known = {name for path in inside for name in imports(path)}
    ours = {name for name in known if is_within(name, "exporter", "api")}
    assert {name for name in ours if not is_within(name, package, "exporter.times")} == set()


def test_only_the_commands_read_the_environment() -> None:
    readers = {
        dotted(path)
        for path in MODULES
        if "environ" in (ROOT / path).read_text(encoding="utf-8").replace("environment", "")
    }
    assert {name for name in readers if not is_within(name, "exporter.cli")} == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_file_can_be_read_at_one_sitting(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert path.stem not in ("utils", "util", "helpers", "common", "misc")
    assert ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))


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
