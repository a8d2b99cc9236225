"""The schemas of the Prometheus Operator, and what they say of a manifest."""

from cloudcoil.models.prometheus_operator import v1, v1alpha1
from pydantic import BaseModel

from tests.deploy.manifests import Json

GROUP = "monitoring.coreos.com"

_MODELS: dict[tuple[str, str], type[BaseModel]] = {
    (f"{GROUP}/v1", "PodMonitor"): v1.PodMonitor,
    (f"{GROUP}/v1", "PrometheusRule"): v1.PrometheusRule,
    (f"{GROUP}/v1", "ServiceMonitor"): v1.ServiceMonitor,
    (f"{GROUP}/v1alpha1", "ScrapeConfig"): v1alpha1.ScrapeConfig,
}


def is_the_operators(manifest: Json) -> bool:
    """Say whether a manifest is for the Prometheus Operator."""
    return str(manifest["apiVersion"]).startswith(f"{GROUP}/")


def validate(manifest: Json) -> None:
    """Hold a manifest to its schema; what the schema does not know is a fault too.

    Raises:
        pydantic.ValidationError: when it does not fit.
        KeyError: when it is of no kind that the project uses.
    """
    model = _MODELS[(manifest["apiVersion"], manifest["kind"])]
    model.model_validate(manifest, extra="forbid")
