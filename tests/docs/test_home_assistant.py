"""What the page says to paste for Home Assistant.

`python -m tests.tools.home_assistant` tries the same in a real one.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jinja2 import Template

from exporter import config
from exporter.mqtt.discovery import Describing, describe_fleet, describe_job
from exporter.mqtt.topics import Topics
from exporter.times import MINUTE
from tests.docs import pages
from tests.exporter.conditions.views import daily, view_of
from tests.support import doc_hooks
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

PAGE = pages.read("docs/integrations.md")
COMMON = Describing(Topics("duplistatus", "homeassistant"), "1.2.3")


def test_the_table_names_a_broker(tmp_path: Path) -> None:
    path = tmp_path / "duplistatus.toml"
    path.write_text(doc_hooks.block(PAGE, "home-assistant-mqtt"))
    broker = config.load({"config": str(path)}, {}).broker
    assert str(broker) == "mqtt://broker.example:1883"


def test_every_entity_of_a_backup_is_listed() -> None:
    names = [row[0] for row in doc_hooks.rows(PAGE, "home-assistant-entities")]
    listed = [name for cell in names for name in cell.split(", ")]
    entities = describe_job(view_of(daily()), COMMON)["components"].values()
    assert listed == [entity["name"].removeprefix("Photos ") for entity in entities]


def test_the_automation_uses_entities_that_there_are() -> None:
    automation = yaml.safe_load(doc_hooks.block(PAGE, "home-assistant-automation"))
    message = automation["actions"][0]["data"]["message"]
    (trigger,) = automation["triggers"]
    names = {entity["name"] for entity in describe_fleet(COMMON)["components"].values()}
    ids = {f"sensor.duplistatus_{name.lower().replace(' ', '_')}" for name in names}
    state = describe_fleet(COMMON)["components"]["state"]
    assert trigger["entity_id"] in ids
    assert trigger["to"] in state["options"]
    shown = Template(message).render(states=lambda entity: str(entity in ids))
    assert shown == "Backups: True failing, True overdue"


def test_the_sensors_read_what_the_daemon_answers(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        daemon.upload(duplicati_report(began=NOW - 10 * MINUTE, status="Error"))
        assert _read(daemon) == {"failing": "1", "overdue": "0", "problem": "True"}
        daemon.upload(duplicati_report(began=NOW - 5 * MINUTE))
        assert _read(daemon) == {"failing": "0", "overdue": "0", "problem": "False"}


def _read(daemon: Daemon) -> dict[str, str]:
    """Return what each sensor shows, by the last word of its name."""
    found: dict[str, str] = {}
    for source in yaml.safe_load(doc_hooks.block(PAGE, "home-assistant-rest"))["rest"]:
        answer: Any = daemon.client.simulate_get(urlsplit(source["resource"]).path).json
        for sensor in (*source.get("sensor", ()), *source.get("binary_sensor", ())):
            text = Template(sensor["value_template"]).render(value_json=answer)
            found[sensor["name"].split()[-1]] = text
    return found
