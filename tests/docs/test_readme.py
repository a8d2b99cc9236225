"""The pages say what the code does: its options, its routes, and examples that parse."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from falcon.inspect import inspect_routes
from falcon.testing import TestClient

from exporter.cli.main import make_parser
from exporter.config import CONFIG_VARIABLE, secrets
from exporter.config.option import ENVIRONMENT_PREFIX, Option
from exporter.config.options import OPTIONS
from tests.docs import pages
from tests.support import doc_hooks

CONFIGURATION = pages.read("docs/configuration.md")
_ROWS = doc_hooks.rows(CONFIGURATION, "options")

_PARSERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}
_COMMAND = Path(sys.executable).with_name("duplistatus")


@pytest.fixture(scope="module")
def serve_help() -> str:
    """What the installed command says of its options, in one line."""
    asked = subprocess.run(
        [_COMMAND, "serve", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(asked.stdout.split())


def _named(route: str) -> re.Pattern[str]:
    """Match a route in running text or in a URL, its placeholders filled or not."""
    parts = re.split(r"\{[^}]*\}", route)
    return re.compile(r"[^\s/?]+".join(re.escape(part) for part in parts) + r"(?![\w/{])")


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_in_the_table(option: Option) -> None:
    (row,) = [row for row in _ROWS if pages.code(row[1]) == [option.variable]]
    flag, _, default, _ = row
    assert pages.code(flag) == ([f"{option.flag} {option.metavar}"] if option.flag else [])
    if option.default:
        assert pages.code(default) == [option.default]


def test_the_table_has_no_other_option() -> None:
    assert len(_ROWS) == len(OPTIONS)


def _named_in(hook: str) -> list[str]:
    names = {option.name for option in OPTIONS}
    rows = doc_hooks.rows(CONFIGURATION, hook)
    return sorted(name for row in rows for name in pages.code(row[0]) if name in names)


def test_every_option_that_needs_a_restart_is_named_and_no_other() -> None:
    assert _named_in("needs-restart") == sorted(
        option.name for option in OPTIONS if option.needs_restart
    )


def test_every_other_option_is_said_to_change_while_the_daemon_runs() -> None:
    assert _named_in("reloadable") == sorted(
        option.name for option in OPTIONS if not option.needs_restart
    )


@pytest.mark.parametrize("name", pages.PAGES)
def test_every_variable_that_a_page_names_is_read(name: str) -> None:
    read = {option.variable for option in OPTIONS} | {CONFIG_VARIABLE} | secrets.VARIABLES
    assert set(re.findall(rf"{ENVIRONMENT_PREFIX}[A-Z_]+[A-Z]", pages.read(name))) <= read


def test_every_variable_is_named() -> None:
    named = set(re.findall(rf"{ENVIRONMENT_PREFIX}[A-Z_]+[A-Z]", CONFIGURATION))
    assert {option.variable for option in OPTIONS} | {CONFIG_VARIABLE} <= named


@pytest.mark.parametrize(
    "option",
    [option for option in OPTIONS if option.flag],
    ids=lambda option: option.name,
)
def test_every_option_is_in_the_help(option: Option, serve_help: str) -> None:
    default = f" (default {option.default})" if option.default else ""
    text = f"{option.help}{default} [{option.variable}]"
    before, found, _ = serve_help.partition(f"{option.metavar} {text}")
    assert found
    names = ", ".join((option.flag or "", *option.aliases))
    assert before.replace(f" {option.metavar},", ",").endswith(f"{names} "), "as Python 3.13 has it"


@pytest.mark.parametrize("name", pages.PAGES)
def test_every_example_parses(name: str) -> None:
    for block in pages.blocks(pages.read(name), *_PARSERS):
        assert _PARSERS[block.language](block.text)


def test_every_route_is_named(client: TestClient) -> None:
    text = pages.read("docs/api.md")
    for route in inspect_routes(client.app):
        assert _named(route.path).search(text), route.path


def _commands() -> list[str]:
    """Return every call of the program in every page, without what a shell adds to it."""
    texts = (pages.read(name) for name in pages.PAGES)
    lines = (line for text in texts for line in pages.command_lines(text, "duplistatus"))
    return sorted({line.partition("  #")[0].rstrip() for line in lines})


@pytest.mark.parametrize("line", _commands())
def test_a_command_takes_these_arguments(line: str) -> None:
    assert make_parser().parse_args(shlex.split(line)[1:]).run


@pytest.mark.parametrize("name", ["README.md", "docs/prometheus.md"])
def test_the_configuration_of_prometheus_is_part_of_the_projects_own(name: str) -> None:
    blocks = pages.blocks(pages.read(name), "yaml")
    shown = next(block.text for block in blocks if "scrape_configs" in block.text)
    assert shown in pages.read("deploy/prometheus/prometheus.yml")
