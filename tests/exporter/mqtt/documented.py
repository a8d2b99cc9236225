"""What Home Assistant documents of the fields that are used, each with its page.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
https://www.home-assistant.io/integrations/sensor.mqtt/
https://www.home-assistant.io/integrations/binary_sensor.mqtt/
https://developers.home-assistant.io/docs/core/entity/sensor
"""

import re
from typing import Any

ID = re.compile(r"[a-zA-Z0-9_-]+")

_AT_THE_TOP = {"device", "origin", "availability_topic", "state_topic", "components"}
_OF_A_DEVICE = {
    "identifiers",
    "name",
    "manufacturer",
    "model",
    "sw_version",
    "via_device",
    "configuration_url",
}
_OF_EVERY = {
    "platform",
    "unique_id",
    "name",
    "value_template",
    "device_class",
    "json_attributes_topic",
    "json_attributes_template",
    "entity_category",
}
_OF_A_SENSOR = _OF_EVERY | {
    "options",
    "state_class",
    "unit_of_measurement",
    "suggested_display_precision",
}
_BINARY_CLASSES = {"problem", "running"}
_UNITS: dict[str | None, set[str | None]] = {
    "enum": {None},
    "timestamp": {None},
    "data_size": {"B", "kB", "MB", "GB", "KiB", "MiB", "GiB", "TiB"},
    "duration": {"d", "h", "min", "s", "ms"},
    None: {None, "%"},
}
_NO_NUMBER = {"enum", "timestamp"}


def faults(config: dict[str, Any]) -> list[str]:
    """Return what is not as documented."""
    found = [
        *_unknown("description", config, _AT_THE_TOP),
        *_unknown("device", config["device"], _OF_A_DEVICE),
        *_unknown("origin", config["origin"], {"name", "sw_version", "support_url"}),
    ]
    url = config["device"].get("configuration_url", "https://")
    if not url.startswith(("http://", "https://", "homeassistant://")):
        found.append(f"configuration_url: {url}")
    for key, entity in config["components"].items():
        found += [f"{key}: {each}" for each in _of_entity(entity)]
    return found


def _of_entity(entity: dict[str, Any]) -> list[str]:
    kind = entity.get("device_class")
    if entity["platform"] == "binary_sensor":
        wrong = [] if kind in _BINARY_CLASSES else [f"device_class {kind}"]
        return [*_unknown("binary_sensor", entity, _OF_EVERY), *wrong]
    found = _unknown("sensor", entity, _OF_A_SENSOR)
    if kind not in _UNITS:
        found.append(f"device_class {kind}")
    elif entity.get("unit_of_measurement") not in _UNITS[kind]:
        found.append(f"unit {entity.get('unit_of_measurement')}")
    if "state_class" in entity and (kind in _NO_NUMBER or entity["state_class"] != "measurement"):
        found.append(f"state_class {entity['state_class']}")
    if (kind == "enum") != bool(entity.get("options")):
        found.append("options belong to device_class enum")
    return found


def _unknown(kind: str, given: dict[str, Any], known: set[str]) -> list[str]:
    return [f"{kind} has no {key}" for key in given if key not in known]
