"""`tests/run --quick` runs what it says, and a test that is too much for it does not slip in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import ROOT

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
INSIDE = "tests/exporter/test_inside.py"
QUICK = """
import tests.support.quick
pytest_plugins = ["tests.support.quick"]
tests.support.quick.MOST_SECONDS = 0.2
"""
A_PROGRAM = "subprocess.run(['/bin/true'])"
LONG = "end = time.process_time() + 0.5\n    while time.process_time() < end: pass"
STUBS = """
install_packages() { echo "apt $*" >>log; }
make_environment() { echo "pip $*" >>log; }
"""
CHECKS = ["ruff check .", "ruff format --check .", "codespell ", "mypy ", "lint-imports "]


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTEST, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.not_quick
def test_other_folders_and_marked_tests_are_left_out() -> None:
    kept = "tests/exporter/test_times.py"
    left_out = ["tests/process/test_stop.py", "tests/overdue/test_worlds.py"]
    output = run_pytest(ROOT, "--quick", "--collect-only", kept, *left_out).stdout
    names = {line.partition("::")[0] for line in output.splitlines() if "::" in line}
    assert names == {kept}


def run_one(folder: Path, does: str, *, marked: bool) -> subprocess.CompletedProcess[str]:
    """Run a test in a folder of quick ones, marked or not."""
    mark = "@pytest.mark.not_quick\n" if marked else ""
    inside = folder / INSIDE
    inside.parent.mkdir(parents=True)
    inside.write_text(
        f"import pytest, subprocess, time\n{mark}def test_it():\n    {does}\n", encoding="utf-8"
    )
    (folder / "conftest.py").write_text(QUICK, encoding="utf-8")
    return run_pytest(folder, "--rootdir", str(folder))


@pytest.mark.not_quick
@pytest.mark.parametrize("marked", [False, True])
def test_a_test_that_starts_a_program_has_to_be_marked(tmp_path: Path, *, marked: bool) -> None:
    done = run_one(tmp_path, A_PROGRAM, marked=marked)
    assert done.returncode == (0 if marked else 1), done.stdout + done.stderr
    assert ("/bin/true is started: mark the test" in done.stdout) is not marked


@pytest.mark.not_quick
@pytest.mark.parametrize("marked", [False, True])
def test_a_test_that_takes_long_is_named_and_passes(tmp_path: Path, *, marked: bool) -> None:
    done = run_one(tmp_path, LONG, marked=marked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (f"{INSIDE}::test_it took" in done.stdout) is not marked


def logged(folder: Path, *arguments: str) -> list[str]:
    """Return what tests/run runs, in a folder where all that it runs only writes its name down."""
    for name in ("tests/browser", "tests/project", "deploy", ".venv-dev/bin", "bin"):
        (folder / name).mkdir(parents=True)
    (folder / "deploy" / "environment.sh").write_text(STUBS, encoding="utf-8")
    (folder / "tests" / "run").write_bytes((ROOT / "tests" / "run").read_bytes())
    for name in (
        "bin/npm",
        *(
            f".venv-dev/bin/{each}"
            for each in ("codespell", "lint-imports", "mypy", "pytest", "ruff")
        ),
    ):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\necho "{program.name} $*" >>{folder}/log\n', encoding="utf-8"
        )
        program.chmod(0o755)
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    subprocess.run(
        ["bash", folder / "tests" / "run", *arguments],
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
    )
    return (folder / "log").read_text(encoding="utf-8").splitlines()


@pytest.mark.not_quick
def test_quick_installs_nothing_but_pythons_packages(tmp_path: Path) -> None:
    output = logged(tmp_path, "--quick", "-k", "times")
    environment, *checks, tests = output
    assert environment == "pip .venv-dev --editable . --group dev"
    assert checks == CHECKS
    assert tests == "pytest --numprocesses auto --quick -k times"


@pytest.mark.not_quick
@pytest.mark.parametrize(
    ("arguments", "of_pytest"), [([], ["--cov"]), (["-x"], ["-x"]), (["-n", "0"], ["-n", "0"])]
)
def test_all_of_it_counts_branches_unless_only_a_part_is_asked_for(
    tmp_path: Path, arguments: list[str], of_pytest: list[str]
) -> None:
    *_, tests = output = logged(tmp_path, *arguments)
    assert output.count("npm ci --silent") == 2
    assert output[-1 - len(CHECKS) : -1] == CHECKS
    assert tests == " ".join(["pytest --numprocesses auto", *of_pytest])
