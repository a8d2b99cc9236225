"""docs/configuration.md: its examples are valid, and it explains each key of the notifications."""

from pathlib import Path

import pytest

from exporter import config
from exporter.config import digest_tables, heartbeat_table, mqtt_table, notify_tables
from exporter.config.notifications import TROUBLE
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from tests.docs import pages
from tests.support import doc_hooks

PAGE = pages.read("docs/configuration.md")


@pytest.mark.parametrize(
    ("hook", "keys"),
    [
        ("notify-keys", notify_tables.KEYS),
        ("digest-keys", digest_tables.KEYS),
        ("heartbeat-keys", heartbeat_table.KEYS),
        ("heartbeat-job-keys", heartbeat_table.JOB_KEYS),
        ("mqtt-keys", mqtt_table.KEYS),
    ],
)
def test_every_key_of_a_table_is_explained(hook: str, keys: tuple[str, ...]) -> None:
    assert tuple(pages.code(row[0])[0] for row in doc_hooks.rows(PAGE, hook)) == keys


def test_every_condition_is_listed_with_its_severity() -> None:
    listed = {
        word: severity
        for words, _, severity in doc_hooks.rows(PAGE, "conditions")
        for word in pages.code(words)
    }
    conditions = (*Condition, *ServerCondition, *DaemonCondition)
    assert listed == {each.value: each.severity.value for each in conditions}
    assert {each.value for each in TROUBLE} == {
        word for word, severity in listed.items() if severity in ("critical", "warning")
    }


def test_the_example_is_valid(tmp_path: Path) -> None:
    """With a file of its own in the place of the one that it names."""
    (block,) = [each for each in pages.blocks(PAGE, "toml") if "[[notify]]" in each.text]
    (tmp_path / "monday.url").write_text("mailto://me:secret@mail.example")
    file = tmp_path / "duplistatus.toml"
    file.write_text(block.text.replace("/etc/duplistatus", str(tmp_path)))
    notifications = config.load({"config": str(file)}, {}).notifications
    assert len(notifications.channels) == len(notifications.digests) == 1
    assert notifications.heartbeat.url is not None
    assert len(notifications.heartbeat.jobs) == 1


def test_the_example_of_a_broker_is_valid(tmp_path: Path) -> None:
    (tmp_path / "mqtt").write_text("secret\n")
    file = tmp_path / "duplistatus.toml"
    text = doc_hooks.block(PAGE, "mqtt-example")
    file.write_text(text.replace("/etc/duplistatus", str(tmp_path)))
    broker = config.load({"config": str(file)}, {}).broker
    assert (str(broker), broker and broker.user) == ("mqtt://broker.example:1883", "duplistatus")
