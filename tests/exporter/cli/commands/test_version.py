import json
import platform
import sqlite3
import tomllib
from importlib import metadata

import pytest

from exporter.cli.commands.version import EXTRAS
from exporter.cli.daemon import version
from tests.deploy.files import ROOT
from tests.exporter.cli.conftest import Commands

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_it_prints_what_a_bug_report_needs_a_line_each(command: Commands) -> None:
    program, python, sqlite, *extras = command.output("version").splitlines()
    assert program == f"duplistatus {version()}" == command.output("--version").strip()
    assert python == f"Python {platform.python_version()}"
    assert sqlite == f"SQLite {sqlite3.sqlite_version}"
    assert f"notify: apprise {metadata.version('apprise')}" in extras
    assert [line.partition(":")[0] for line in extras] == sorted(EXTRAS)


def test_programs_get_the_same(command: Commands) -> None:
    told = json.loads(command.output("version", "--json"))
    assert (told["version"], told["python"]) == (version(), platform.python_version())
    assert told["sqlite"] == sqlite3.sqlite_version
    assert told["extras"]["notify"] == {"apprise": metadata.version("apprise")}


def test_an_extra_is_named_that_is_not_installed(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXTRAS, "notify", ("apprise", "none-of-this-name"))
    assert "notify: not installed" in command.output("version").splitlines()
    assert json.loads(command.output("version", "--json"))["extras"]["notify"] is None


def test_it_knows_every_extra_and_what_it_needs() -> None:
    extras = PROJECT["optional-dependencies"]
    assert EXTRAS.keys() == extras.keys()
    for name, packages in EXTRAS.items():
        assert all(any(text.startswith(each) for text in extras[name]) for each in packages)
