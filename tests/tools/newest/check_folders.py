"""kustomize, and kubectl with its own, build every folder that is made for them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.files import ROOT
from tests.deploy.manifests import (
    BASE,
    MANIFESTS,
    MANIFESTS_OF_REPLICAS,
    REPLICAS,
    kustomization,
)
from tests.support.process.commands import needed

Json = dict[str, Any]

COMMANDS = ("kustomize build", "kubectl kustomize")
FOLDERS = {BASE: MANIFESTS, REPLICAS: MANIFESTS_OF_REPLICAS}
"""What the tests of these folders read of them, and hold to Kubernetes's schemas."""

each_command = pytest.mark.parametrize("command", COMMANDS)
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def built(command: str, folder: Path) -> list[Json]:
    program, verb = command.split()
    done = subprocess.run(
        [needed(program), verb, str(folder)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def names(manifests: Iterable[Json]) -> list[tuple[str, str]]:
    return sorted((each["kind"], each["metadata"]["name"]) for each in manifests)


def test_every_kustomization_is_a_part_of_these_folders() -> None:
    """A component is added by people, and built with each folder by `tests/deploy`."""
    files = {*ROOT.glob("deploy/**/kustomization.yaml"), *ROOT.glob("*/kustomization.yaml")}
    files = {path for path in files if kustomization(path.parent)["kind"] == "Kustomization"}
    parts = {folder / name for folder in FOLDERS for name in kustomization(folder)["resources"]}
    assert {path.parent for path in files} <= {path.resolve() for path in (*parts, *FOLDERS)}


@each_command
@each_folder
def test_a_folder_becomes_what_its_files_say(command: str, folder: Path) -> None:
    assert names(built(command, folder)) == names(FOLDERS[folder])


@each_command
@each_folder
def test_the_namespace_and_the_image_are_filled_in(command: str, folder: Path) -> None:
    manifests = built(command, folder)
    namespaces = {each["metadata"].get("namespace") for each in manifests}
    assert namespaces == {kustomization(folder)["namespace"], None}
    (image,) = kustomization(folder)["images"]
    (workload,) = [each for each in manifests if each["kind"] in ("StatefulSet", "Deployment")]
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{image['newName']}:{image['newTag']}"
