"""The lines of the documentation that install the package, as a person without a clone runs them.

With the package of this clone in the place of the one that an index has. The environments are new,
in a home of their own, and know nothing of this one.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.files import ROOT
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.distribution import Distribution, index_of_uv, outside, tool
from tests.support.process import reports
from tests.support.process.commands import needed
from tests.support.process.daemon import ANY_PORT, Daemon

PAGE = pages.read("docs/installation.md")
NAME = "duplistatus-exporter"
OPTIONAL = {"apprise", "psycopg", "psycopg_pool"}


class Home:
    """A person's home directory, and what that person runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        cache = {"XDG_CACHE_HOME": str(Path.home() / ".cache")}
        self.variables = outside(folder, {**cache, **index_of_uv()})

    def run(self, *command: str | Path) -> str:
        """Run a program that is to succeed; return what it prints."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def daemon(self) -> Iterator[Daemon]:
        """Serve, by the command that is on the path."""
        with Daemon(
            self.folder, *ANY_PORT, command=["duplistatus"], variables=self._clean()
        ) as daemon:
            yield daemon

    def _clean(self) -> dict[str, str]:
        """Return the variables for a process that would otherwise get those of the tests."""
        return {**self.variables, "PYTHONPATH": ""}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def documented(hook: str, package: str) -> list[list[str]]:
    """Return the commands of a block of the page, with a package in the place of the name."""
    lines = doc_hooks.block(PAGE, hook).splitlines()
    assert any(NAME in line for line in lines)
    return [[package if word == NAME else word for word in line.split()] for line in lines]


def install(home: Home, hook: str, package: str | Path, *options: str) -> None:
    """Run the commands of a block, by the programs of the group test."""
    for program, *words in documented(hook, str(package)):
        home.run(tool(program), *words, *options)


def require_that_it_serves(home: Home) -> None:
    """Take a report with curl, as the README says, and count it."""
    with home.daemon() as daemon:
        report = json.dumps(reports.documented())
        home.run(needed("curl"), "--fail", "--data", report, f"{daemon.url}/api/upload")
        summary = json.loads(home.run(needed("curl"), "--fail", f"{daemon.url}/api/summary"))
        assert summary["data"]["successfulBackups"] == 1
        assert daemon.stop() == 0


def modules(home: Home, python: Path) -> dict[str, str | None]:
    """Return where an environment has its modules; those of the extras may be nowhere."""
    code = (
        "import importlib.util as u, json, sys;"
        "print(json.dumps({n: getattr(u.find_spec(n), 'origin', None) for n in sys.argv[1:]}))"
    )
    found: dict[str, str | None] = json.loads(
        home.run(python, "-c", code, "exporter", "api", *OPTIONAL)
    )
    return found


def require_apart(home: Home, python: Path) -> None:
    """Fail if the environment takes anything from the clone or has what only some users need."""
    found = modules(home, python)
    assert {found[name] for name in OPTIONAL} == {None}
    own = [Path(str(found[name])) for name in ("exporter", "api")]
    assert all(path.is_relative_to(home.folder) for path in own)
    assert not home.folder.is_relative_to(ROOT)


def test_with_pipx_the_wheel_serves_and_is_removed_again(
    home: Home, distribution: Distribution
) -> None:
    """By pip, which is what pipx has where there is no uv."""
    install(home, "pipx", distribution.wheel, "--backend", "pip")
    environment = home.folder / ".local/share/pipx/venvs" / NAME
    require_apart(home, environment / "bin/python")
    require_that_it_serves(home)
    shown = {path.name for path in (home.folder / ".local/share/man").glob("man1/*")}
    assert shown == {path.name for path in (ROOT / "deploy/man").glob("*")}
    home.run("duplistatus", "files", "compose", "compose")
    assert (home.folder / "compose/grafana/dashboards/overview.json").is_file()
    home.run(tool("pipx"), "uninstall", NAME)
    assert not environment.exists()
    assert not [*(home.folder / ".local/bin").iterdir()]


def test_with_uv_the_source_package_serves_and_the_extras_can_be_added(
    home: Home, distribution: Distribution
) -> None:
    """In a build environment that uv makes, of what the package says that it needs."""
    install(home, "uv", distribution.sdist, "--python", sys.executable)
    environment = home.folder / ".local/share/uv/tools" / NAME
    require_apart(home, environment / "bin/python")
    require_that_it_serves(home)
    extras = f"{NAME}[notify,postgresql] @ {distribution.wheel.as_uri()}"
    home.run(tool("uv"), "tool", "install", extras, "--python", sys.executable)
    assert None not in modules(home, environment / "bin/python").values()
    home.run(tool("uv"), "tool", "uninstall", NAME)
    assert not environment.exists()
