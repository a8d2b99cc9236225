"""Manifests held to the schemas of who reads them: Kubernetes and the Prometheus Operator."""

import functools
import json
from collections.abc import Iterable

import kubernetes_validate

from tests.deploy import prometheus_operator
from tests.deploy.manifests import Json

NEWEST = kubernetes_validate.latest_version()
VERSIONS = ("1.29", NEWEST)


def check(manifests: Iterable[Json]) -> None:
    """Hold manifests to the schemas of the oldest and the newest Kubernetes, and the operator."""
    for manifest in manifests:
        _check(json.dumps(manifest))


@functools.cache
def _check(text: str) -> None:
    """Hold a manifest to its schemas: once, for many are the same with other values of a chart."""
    manifest = json.loads(text)
    if prometheus_operator.is_the_operators(manifest):
        prometheus_operator.validate(manifest)
        return
    for version in VERSIONS:
        kubernetes_validate.validate(manifest, version, strict=True)
