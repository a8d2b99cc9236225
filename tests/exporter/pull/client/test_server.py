import json
from pathlib import Path

import pytest

from exporter.pull.client import server as module
from exporter.pull.client.errors import AccessError, ServerError
from exporter.pull.client.metadata import Remembered
from exporter.pull.client.opening import read_password
from exporter.pull.client.schedules import Planned
from exporter.pull.client.server import Backup, SystemInfo
from exporter.times import DAY, parse_timestamp
from tests.support.duplicati.asking import server
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import Canned, Simulator

LAST_RUN = parse_timestamp("2026-07-15T01:00:00Z")
SCHEDULE = {
    "ID": 1,
    "Tags": ["ID=2"],
    "Time": "2026-07-16T01:00:00Z",
    "Repeat": "1D",
    "LastRun": "2026-07-15T01:00:00Z",
    "Rule": "AllowedWeekDays=Monday,Tuesday,Wednesday,Thursday,Friday",
    "AllowedDays": ["mon", "tue", "wed", "thu", "fri"],
}


def test_the_machine_is_named_as_its_reports_name_it(duplicati: Simulator) -> None:
    with server(duplicati) as asked:
        info = asked.info()
        assert info == SystemInfo(
            MACHINE_ID, MACHINE_NAME, "Linux", duplicati.info["ServerVersionName"]
        )


@pytest.mark.parametrize(
    "options", [None, {}, [], ["machine-id"], [{"Name": "machine-id", "DefaultValue": " "}]]
)
def test_a_machine_that_tells_no_name_is_called_as_the_person_calls_it(
    duplicati: Simulator, options: object
) -> None:
    duplicati.info = {"Options": options, "MachineName": ""}
    with server(duplicati) as asked:
        assert asked.info() == SystemInfo(None, "nas", None)


def test_backups_come_with_what_is_planned(duplicati: Simulator) -> None:
    duplicati.backups = []
    duplicati.add_backup("2", "Photos", schedule=SCHEDULE)
    duplicati.add_backup("3", "", target="C:\\Backups")
    weekdays = frozenset(range(5))
    planned = Planned(parse_timestamp("2026-07-16T01:00:00Z"), 3 * DAY, weekdays)
    with server(duplicati) as asked:
        assert asked.backups() == [
            Backup("2", "Photos", "s3", planned, remembered=Remembered(last_run=LAST_RUN)),
            Backup("3", "(unnamed)", None, None),
        ]


def test_nothing_of_the_destination_is_kept_but_its_kind(duplicati: Simulator) -> None:
    duplicati.backups = []
    duplicati.add_backup("2", "Photos", target="SSH://user:hidden@host/path?auth-password=hidden")
    with server(duplicati) as asked:
        (backup,) = asked.backups()
    assert backup.destination_type == "ssh"
    assert "hidden" not in repr(backup)


@pytest.mark.parametrize(
    "answer", [{}, None, [5], [{}], [{"Backup": None}], [{"Backup": {"ID": 2}}]]
)
def test_what_is_no_list_of_backups_is_told(duplicati: Simulator, answer: object) -> None:
    duplicati.always["/backups"] = Canned(200, json.dumps(answer).encode())
    with server(duplicati) as asked, pytest.raises(ServerError, match="not a list of backups"):
        asked.backups()


def test_a_machine_that_is_no_object_is_told(duplicati: Simulator) -> None:
    duplicati.always["/systeminfo"] = Canned(200, b"[]")
    with server(duplicati) as asked, pytest.raises(ServerError, match="not an object"):
        asked.info()


def test_more_backups_than_any_server_has_are_refused(
    duplicati: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BACKUPS", 1)
    duplicati.add_backup("3", "Mail")
    with server(duplicati) as asked, pytest.raises(ServerError, match="more than 1 backups"):
        asked.backups()


@pytest.mark.parametrize(
    ("content", "password"), [("secret", "secret"), ("s p \r\n", "s p "), ("one\ntwo\n", "one")]
)
def test_the_first_line_of_a_file_is_the_password(
    tmp_path: Path, content: str, password: str
) -> None:
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    assert read_password(file) == password


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read: No such file"),
        (b"\n", "is empty"),
        (b"\xff", "it is not UTF-8 text"),
    ],
)
def test_a_file_without_a_password_is_told(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AccessError, match=told):
        read_password(file)
