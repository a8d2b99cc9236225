"""The widgets of the example for Homepage."""

from collections.abc import Iterator
from typing import Any

import yaml

from tests.deploy.files import read

Json = dict[str, Any]


def _widgets() -> Iterator[Json]:
    (group,) = yaml.safe_load(read("homepage/services.yaml"))
    (services,) = group.values()
    for service in services:
        (content,) = service.values()
        yield content["widget"]


WIDGETS = list(_widgets())
METRICS = next(widget for widget in WIDGETS if widget["type"] == "prometheusmetric")["metrics"]
