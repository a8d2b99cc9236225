"""duplistatus job expect: a backup is missed also if it never reports."""

import json

import pytest

from tests.exporter.cli.conftest import Commands
from tests.exporter.cli.test_changing import listed


@pytest.mark.usefixtures("either")
def test_a_backup_is_expected_before_its_first_run(command: Commands) -> None:
    told = command.output("job", "expect", "laptop", "Music", "--schedule", "every 12h")
    for text in ("laptop", "Music", "waiting", "Declared on", "12 h after that, as configured"):
        assert text in told
    answered = json.loads(command.output("job", "expect", "laptop", "Music", "--json"))
    job = answered["job"]
    assert (answered["new"], job["schedule"], job["lastRun"]) == (False, "every 12h", None)
    assert listed(command, "jobs")[job["id"]] == job
    assert listed(command, "servers")[job["serverId"]]["lastReport"] is None
    assert "waiting" in command.output("jobs", "--condition", "waiting")
    again = command.output("job", "expect", "laptop", "Music", "--schedule", "")
    assert "It was known before" in again
    assert "the default until more is known" in again
    assert "schedule" in command.refusal("job", "expect", "laptop", "Music", "--schedule", "daily")
