"""What Home Assistant is told once of each job: its device, and its entities. Pure.

The form of the device discovery, since Home Assistant 2024.11:
https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. Each job has a message
of its own, and those of one server name the same device: a message for a whole server would be
sent again with all its jobs whenever one of them changes.
"""

from typing import Any

from msgspec import Struct

from exporter.conditions.overall import OverallState
from exporter.fleet.views import JobView
from exporter.model import Status
from exporter.mqtt.topics import FLEET, Topics, job_name
from exporter.templating import plain

Config = dict[str, Any]
"""A message before it is encoded as JSON."""

MAX_NAME = 60
"""The most characters of a name: an entity has two of them."""

_ORIGIN = "duplistatus exporter"
_SUPPORT = "https://github.com/duplistatus/exporter"
_DUPLICATI = "Duplicati"


class Describing(Struct, frozen=True):
    """What all descriptions have in common.

    `public_url` is where links lead, without a slash at its end; None leaves them out.
    """

    topics: Topics
    version: str
    public_url: str | None = None


def describe_job(view: JobView, common: Describing) -> Config:
    """Return the description of a job: entities of the device that its server is."""
    return _description(job_name(view.job.id), _server(view, common), _entities(view), common)


def describe_fleet(common: Describing) -> Config:
    """Return the description of this daemon with the totals of all jobs."""
    device: Config = {
        "identifiers": [common.topics.node],
        "name": common.topics.prefix,
        "manufacturer": "duplistatus",
        "model": _ORIGIN,
        "sw_version": common.version,
        **_link(common, "/"),
    }
    return _description(FLEET, device, _TOTALS, common)


def _description(
    name: str, device: Config, entities: dict[str, Config], common: Describing
) -> Config:
    topics = common.topics
    unique = topics.node if name == FLEET else f"{topics.node}_{name}"
    origin = {"name": _ORIGIN, "sw_version": common.version, "support_url": _SUPPORT}
    return {
        "device": device,
        "origin": origin,
        "availability_topic": topics.availability,
        "state_topic": topics.state(name),
        "components": {
            key: {
                **entity,
                **_attributes(entity, topics.state(name)),
                "unique_id": f"{unique}_{key}",
            }
            for key, entity in entities.items()
        },
    }


def _server(view: JobView, common: Describing) -> Config:
    server, topics = view.server, common.topics
    version = {"sw_version": _line(server.version)} if server.version else {}
    return {
        "identifiers": [f"{topics.node}_server_{server.id}"],
        "name": _line(server.shown_name),
        "manufacturer": _DUPLICATI,
        "model": _DUPLICATI,
        **version,
        "via_device": topics.node,
        **_link(common, f"/servers/{server.id}"),
    }


def _entities(view: JobView) -> dict[str, Config]:
    job = _line(view.job.label)
    return {key: {**entity, "name": f"{job} {entity['name']}"} for key, entity in _OF_JOB.items()}


def _line(text: str) -> str:
    """Return what somebody else chose, on one line and cut."""
    return plain(text, MAX_NAME) or "(no name)"


def _link(common: Describing, path: str) -> Config:
    return {} if common.public_url is None else {"configuration_url": f"{common.public_url}{path}"}


def _attributes(entity: Config, topic: str) -> Config:
    return {"json_attributes_topic": topic} if "json_attributes_template" in entity else {}


def _binary(key: str, name: str, device_class: str) -> Config:
    return {
        "platform": "binary_sensor",
        "name": name,
        "device_class": device_class,
        "value_template": _value(key),
    }


def _sensor(key: str, name: str, **more: object) -> Config:
    return {"platform": "sensor", "name": name, **more, "value_template": _value(key)}


def _value(key: str) -> str:
    """Return the template of a value; what JSON has as null becomes None, which is "unknown"."""
    return f"{{{{ value_json.{key} }}}}"


_OF_JOB: dict[str, Config] = {
    "problem": {
        **_binary("problem", "problem", "problem"),
        "json_attributes_template": "{{ value_json.because | tojson }}",
    },
    "status": _sensor(
        "status", "last run", device_class="enum", options=[each.value for each in Status]
    ),
    "last_success": _sensor("last_success", "last success", device_class="timestamp"),
    "next_due": _sensor("next_due", "next due", device_class="timestamp"),
    "size": {
        **_sensor(
            "size",
            "size",
            device_class="data_size",
            state_class="measurement",
            unit_of_measurement="GiB",  # as MQTT cannot suggest another unit than that of the value
            suggested_display_precision=2,
        ),
        "value_template": "{{ None if value_json.size is none else value_json.size / 2 ** 30 }}",
    },
    "duration": _sensor(
        "duration",
        "duration",
        device_class="duration",
        state_class="measurement",
        unit_of_measurement="s",
        suggested_display_precision=0,
    ),
    "running": _binary("running", "running", "running"),
    "progress": _sensor("progress", "progress", unit_of_measurement="%"),
}

_TOTALS: dict[str, Config] = {
    "state": _sensor(
        "state", "State", device_class="enum", options=[each.value for each in OverallState]
    ),
    "failing": _sensor("failing", "Failing backups", state_class="measurement"),
    "overdue": _sensor("overdue", "Overdue backups", state_class="measurement"),
    "jobs": _sensor("jobs", "Backups", state_class="measurement"),
    "version": _sensor("version", "Version", entity_category="diagnostic"),
}
