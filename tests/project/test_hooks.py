"""What is run before a commit, by just, and what developers install is what tests/run has."""

import importlib.util
import re
import tomllib
from itertools import pairwise
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.deploy.files import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = (ROOT / "tests" / "run").read_text(encoding="utf-8")
JUSTFILE = (ROOT / "justfile").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
)["repos"]
OF_RUN = {"ruff-check": "ruff check .", "ruff-format": "ruff format", "codespell": "codespell"}


def pinned(hook: str) -> str:
    """Return the version of the repository that a hook is from."""
    (rev,) = [repo["rev"] for repo in HOOKS if hook in [each["id"] for each in repo["hooks"]]]
    return str(rev).removeprefix("v")


@pytest.mark.parametrize("hook", OF_RUN)
def test_a_hook_is_a_check_of_tests_run_in_a_version_of_the_lint_group(hook: str) -> None:
    tool = OF_RUN[hook].partition(" ")[0]
    assert f"\nrun {OF_RUN[hook]}" in RUN
    (declared,) = [
        requirement
        for requirement in map(Requirement, PROJECT["dependency-groups"]["lint"])
        if requirement.name == tool
    ]
    assert declared.specifier.contains(pinned(hook))


def test_no_other_hook_brings_a_rule_of_its_own() -> None:
    (plain,) = [repo for repo in HOOKS if repo["repo"].endswith("/pre-commit-hooks")]
    held = {each["id"] for repo in HOOKS if repo is not plain for each in repo["hooks"]}
    assert held == {*OF_RUN, "actionlint"}


def test_a_recipe_runs_what_there_is() -> None:
    lines = re.findall(r"^    (?!@just)(.+)$", JUSTFILE, re.MULTILINE)
    assert len(lines) > 10
    for line in lines:
        program, *_ = line.split()
        here = not program.startswith((".venv-dev/", "{{", "docker"))
        assert not here or (ROOT / program).is_file(), line
    modules = re.findall(r"-m (\S+)", JUSTFILE)
    assert modules
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []


def test_every_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(
        r"^(?:dependencies|lint|test|fuzz|release) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL
    )
    assert len(lists) == 5
    lines = ["", *"".join(lists).splitlines()]
    for before, line in pairwise(lines):
        reason = before if line.endswith(",") else line
        assert re.search(r"# \w", reason), line


def test_what_developers_need_is_offered_to_nobody_else() -> None:
    assert {"mqtt", "notify", "postgresql", "web"} == set(
        PROJECT["project"]["optional-dependencies"]
    )
    assert {"dev", "lint", "test", "fuzz", "release"} == set(PROJECT["dependency-groups"])
