"""What `kubectl apply --kustomize` would apply of a folder, as far as files tell it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.files import DEPLOY

BASE = DEPLOY / "kubernetes"
REPLICAS = BASE / "replicas"

Json = dict[str, Any]


def kustomization(folder: Path) -> Json:
    """Return what a folder, or a component of it, is made of."""
    content: Json = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    return content


def _load(folder: Path) -> Iterator[Json]:
    content = kustomization(folder)
    for name in content.get("resources", []):
        path = (folder / name).resolve()
        if path.is_dir():
            yield from _load(path)
        else:
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))
    options = content.get("generatorOptions", {})
    for generated in content.get("configMapGenerator", []):
        yield _config_map(folder, generated, options)


def _config_map(folder: Path, generated: Json, options: Json) -> Json:
    paths = [folder / name for name in generated["files"]]
    metadata = {key: options[key] for key in ("labels", "annotations")}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": generated["name"], **metadata},
        "data": {path.name: path.read_text(encoding="utf-8") for path in paths},
    }


MANIFESTS = tuple(_load(BASE))
MANIFESTS_OF_REPLICAS = tuple(_load(REPLICAS))


def one(kind: str, manifests: Iterable[Json] = MANIFESTS) -> Json:
    """Return the only manifest of a kind."""
    (found,) = [manifest for manifest in manifests if manifest["kind"] == kind]
    return found
