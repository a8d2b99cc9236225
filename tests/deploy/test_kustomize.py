"""kubectl builds the folders for kustomize, and the result is what Kubernetes takes."""

import copy
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy import schemas
from tests.deploy.manifests import (
    BASE,
    MANIFESTS,
    MANIFESTS_OF_REPLICAS,
    REPLICAS,
    Json,
    kustomization,
    one,
)
from tests.support.helm import kubectl

INGRESS = BASE / "ingress"
BASES = {"one": (BASE, MANIFESTS), "replicas": (REPLICAS, MANIFESTS_OF_REPLICAS)}
OF_NO_NAMESPACE = {"Namespace"}


def build(folder: Path) -> list[Json]:
    """Return what kubectl would apply of a folder."""
    done = subprocess.run(
        [kubectl(), "kustomize", folder], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return list(yaml.safe_load_all(done.stdout))


def _expected(folder: Path, manifest: Json) -> Json:
    """Return a manifest of a folder as kustomize should hand it out."""
    made = copy.deepcopy(manifest)
    content = kustomization(folder)
    if made["kind"] not in OF_NO_NAMESPACE:
        made["metadata"]["namespace"] = content["namespace"]
    (image,) = content["images"]
    for container in made.get("spec", {}).get("template", {}).get("spec", {}).get("containers", []):
        container["image"] = f"{image['newName']}:{image['newTag']}"
    return made


def _by_name(manifests: list[Json]) -> dict[tuple[str, str], Json]:
    return {(each["kind"], each["metadata"]["name"]): each for each in manifests}


@pytest.mark.parametrize("name", BASES)
def test_kubectl_builds_what_the_files_say(name: str) -> None:
    folder, manifests = BASES[name]
    built = build(folder)
    assert _by_name(built) == _by_name([_expected(folder, each) for each in manifests])
    schemas.check(built)


@pytest.mark.parametrize("name", BASES)
def test_the_ingress_is_added_to_either(name: str, tmp_path: Path) -> None:
    folder, manifests = BASES[name]
    content = {
        "resources": [os.path.relpath(folder, tmp_path.resolve())],
        "components": [os.path.relpath(INGRESS, tmp_path.resolve())],
        "namespace": kustomization(folder)["namespace"],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    built = build(tmp_path)
    schemas.check(built)
    assert len(built) == len(manifests) + 1
    ingress = one("Ingress", built)
    assert ingress["metadata"]["namespace"] == one("Service", built)["metadata"]["namespace"]


@pytest.mark.parametrize("name", BASES)
def test_the_line_that_adds_it_is_in_the_folder_commented(name: str) -> None:
    folder, _ = BASES[name]
    text = (folder / "kustomization.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text.replace("\n#components:\n#  - ", "\ncomponents:\n  - "))
    (component,) = given["components"]
    assert (folder / component).resolve() == INGRESS
    assert "components" not in kustomization(folder)


def test_the_ingress_leads_to_the_service_and_lets_a_whole_report_through() -> None:
    ingress = yaml.safe_load((INGRESS / "ingress.yaml").read_text(encoding="utf-8"))
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    service = one("Service")
    assert path["backend"]["service"]["name"] == service["metadata"]["name"]
    assert path["backend"]["service"]["port"]["name"] == service["spec"]["ports"][0]["name"]
    (tls,) = ingress["spec"]["tls"]
    assert tls["hosts"] == [rule["host"]]
    sizes = {each for key, each in ingress["metadata"]["annotations"].items() if "body-size" in key}
    assert sizes == {"33m"}


@pytest.mark.parametrize("name", BASES)
def test_an_ingress_controller_and_prometheus_are_let_in(name: str) -> None:
    """From whatever namespace: without `from` a rule is for everybody."""
    (allowed,) = one("NetworkPolicy", BASES[name][1])["spec"]["ingress"]
    assert "from" not in allowed
