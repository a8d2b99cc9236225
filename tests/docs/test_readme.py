"""README.md says what the code does: its options, its routes, and examples that parse."""

import json
import re
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

from exporter import secret_files
from exporter.config import CONFIG_VARIABLE
from exporter.options import ENVIRONMENT_PREFIX, OPTIONS, Option
from tests.docs import guides, pages

README = pages.read("README.md")

_PARSERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}
_COMMAND = Path(sys.executable).with_name("duplistatus")
_PAGES = (
    *("README.md", "docs/alerts.md", "docs/api.md", "docs/export.md", "docs/import.md"),
    *("docs/metrics.md", "docs/overdue.md", "docs/pull.md"),
    *guides.NAMES,
)


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
    rows = pages.rows(README, "flag")
    (row,) = [row for row in rows if pages.code(row["environment"]) == [option.variable]]
    assert pages.code(row["flag"]) == ([f"{option.flag} {option.metavar}"] if option.flag else [])
    if option.default:
        assert pages.code(row["default"]) == [option.default]


def test_the_table_has_no_other_option() -> None:
    assert len(pages.rows(README, "flag")) == len(OPTIONS)


def test_no_variable_is_named_that_is_not_read() -> None:
    read = {option.variable for option in OPTIONS} | {CONFIG_VARIABLE}
    named = set(re.findall(rf"{ENVIRONMENT_PREFIX}[A-Z_]+", README))
    assert named - secret_files.VARIABLES == read


@pytest.mark.parametrize(
    "option",
    [option for option in OPTIONS if option.flag],
    ids=lambda option: option.name,
)
def test_every_option_is_in_the_help(option: Option, serve_help: str) -> None:
    default = f" (default {option.default})" if option.default else ""
    told = f"{option.help}{default} [{option.variable}]"
    assert f"{option.flag} {option.metavar} {told}" in serve_help


@pytest.mark.parametrize("name", _PAGES)
def test_every_example_parses(name: str) -> None:
    for block in pages.blocks(pages.read(name), *_PARSERS):
        assert _PARSERS[block.language](block.text)


def test_every_route_is_named(client: TestClient) -> None:
    text = README + pages.read("docs/api.md")
    for route in inspect_routes(client.app):
        assert _named(route.path).search(text), route.path


@pytest.mark.parametrize("name", _PAGES)
def test_every_link_within_the_project_leads_somewhere(name: str) -> None:
    folder = (pages.ROOT / name).parent
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", pages.read(name)):
        assert (folder / target).exists(), target


def test_the_configuration_of_prometheus_is_the_projects_to_the_letter() -> None:
    shown = [block.text for block in pages.blocks(README, "yaml") if "scrape_configs" in block.text]
    assert len(shown) == 1
    assert shown[0] in pages.read("deploy/prometheus/prometheus.yml")
