"""`[[notify]]` and `[[digest]]` tables: what they say, and what is wrong with them."""

from datetime import time
from pathlib import Path

import pytest

from exporter.config import Config, load
from exporter.config.notifications import TROUBLE, Channel, Digest, SecretUrl
from exporter.config.quiet_hours import QuietHours
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from exporter.schedule.expressions import Cron
from exporter.times import DAY, HOUR, MINUTE
from tests.exporter.config.written import problems_of, written

URL = "ntfy://ntfy.example/backups"
OTHER_URL = "mailto://me:secret@mail.example"


def loaded(folder: Path, text: str, **environment: str) -> Config:
    return load({"config": written(folder, text)}, environment)


def told(folder: Path, text: str, **environment: str) -> list[str]:
    """Return what is wrong with a file, without its path."""
    path = written(folder, text)
    problems = problems_of({"config": path}, environment)
    return [problem.removeprefix(f"{path}: ") for problem in problems]


def test_a_table_is_a_channel(tmp_path: Path) -> None:
    text = f"""
[[notify]]
name = "phone"
url = "{URL}"
on = ["overdue", "failing", "pull_failing", "storage"]
servers = "laptop-*"
backups = ["Documents", "Mail *"]
tags = ["Prod", "office"]
hold = "10m"
repeat = "2d"
quiet = "22:00-07:00 Europe/Berlin"
recovered = false
"""
    assert loaded(tmp_path, text).notifications.channels == (
        Channel(
            name="phone",
            url=SecretUrl(URL),
            on=frozenset(
                {
                    Condition.OVERDUE,
                    Condition.FAILING,
                    ServerCondition.PULL_FAILING,
                    DaemonCondition.STORAGE,
                }
            ),
            servers=("laptop-*",),
            backups=("Documents", "Mail *"),
            tags=("office", "prod"),
            hold=10 * MINUTE,
            repeat=2 * DAY,
            quiet=QuietHours(time(22), time(7), "Europe/Berlin"),
            recovered=False,
        ),
    )


def test_only_the_address_is_needed(tmp_path: Path) -> None:
    text = f'[[notify]]\nurl = "{URL}"\n[[digest]]\nurl = "{OTHER_URL}"'
    notifications = loaded(tmp_path, text).notifications
    assert notifications.channels == (Channel("ntfy", SecretUrl(URL)),)
    assert notifications.digests == (Digest("mailto", SecretUrl(OTHER_URL), Cron("0 8 * * 1")),)


def test_a_table_is_a_digest(tmp_path: Path) -> None:
    text = f"""
[[digest]]
name = "monday"
url = "{OTHER_URL}"
at = "cron 0 8 * * 1 Europe/Berlin"
servers = ["nas", "laptop-*"]
backups = "Doc*"
tags = "prod"
"""
    (digest,) = loaded(tmp_path, text).notifications.digests
    assert (digest.name, digest.at) == ("monday", Cron("0 8 * * 1", "Europe/Berlin"))
    assert (digest.servers, digest.backups) == (("nas", "laptop-*"), ("Doc*",))
    assert digest.tags == ("prod",)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('on = "trouble"', "on", TROUBLE),
        ('on = ["trouble", "warning"]', "on", TROUBLE | {Condition.WARNING}),
        ('hold = "0"', "hold", 0),
        ('hold = "1h"', "hold", HOUR),
        ('repeat = "never"', "repeat", None),
        ('quiet = "12:00-13:00"', "quiet", QuietHours(time(12), time(13))),
    ],
)
def test_a_value_can_be_written_like_this(
    tmp_path: Path, line: str, key: str, value: object
) -> None:
    (channel,) = loaded(tmp_path, f'[[notify]]\nurl = "{URL}"\n{line}').notifications.channels
    assert getattr(channel, key) == value


def test_channels_without_a_name_are_called_by_their_schemes(tmp_path: Path) -> None:
    lines = (f'url = "{URL}"', f'url = "{OTHER_URL}"', f'url = "{URL}"', f'url = "NTFY{URL[4:]}"')
    text = "".join(f"[[notify]]\n{line}\n" for line in lines)
    text += f'[[notify]]\nname = "ntfy-2"\nurl = "{URL}"'
    channels = loaded(tmp_path, text).notifications.channels
    assert [channel.name for channel in channels] == [
        "ntfy",
        "mailto",
        "ntfy-3",
        "ntfy-4",
        "ntfy-2",
    ]


WRONG = [
    ('name = "two words"', "name: it must be of 1 to 64 letters, digits and any of - _ ."),
    (f'name = "{"x" * 65}"', "name: it must be of 1 to 64 letters"),
    ("name = 5", "name must be a string of 1 to 2000 characters"),
    ('on = ["overdu"]', "on: 'overdu' is unknown; expected one of trouble, overdue, failing"),
    ("on = []", "on must be a string, or a list of 1 to 100 strings"),
    ("on = [5]", "on must be a string, or a list"),
    ('servers = ""', "servers must be a string, or a list"),
    (f"backups = {['x'] * 101}", "backups must be a string, or a list"),
    (f'backups = "{"x" * 2001}"', "backups must be a string, or a list"),
    ('tags = "a b"', "tags: a tag is 1 to 40 letters, digits"),
    ("tags = 5", "tags must be a string, or a list"),
    (f"tags = {[f't{number}' for number in range(21)]}", "tags: at most 20 tags are possible"),
    ('hold = "soon"', "hold: 'soon' is not a duration"),
    ("hold = 10", "hold must be a string"),
    ('repeat = "1s"', "repeat: '1s' is too often: write at least 1m, or never"),
    ('quiet = "at night"', "quiet: 'at night' are no quiet hours: write them as 22:00-07:00"),
    ('quiet = "22:00-22:00"', "quiet: '22:00-22:00' start and end at the same time"),
    ('recovered = "yes"', "recovered must be true or false"),
    ('color = "red"', "color is unknown; expected one of name, url, url_file, on, servers"),
    ('url_file = "x"', "url and url_file are both given: keep one"),
]


@pytest.mark.parametrize(("line", "expected"), WRONG)
def test_a_wrong_value_is_named_with_its_table(tmp_path: Path, line: str, expected: str) -> None:
    table = f'[[notify]]\nurl = "{URL}"\n'
    (problem,) = told(tmp_path, f"{table}{table}{line}")
    assert problem.startswith(f"notify 2: {expected}")
    assert len(problem) < 400


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('at = "every 1d"', "at: 'every 1d' names no days and hours: write it as cron 0 8 * * 1"),
        ('at = "cron 0 8"', "at: 'cron 0 8' is not a schedule"),
        ('hold = "1h"', "hold is unknown; expected one of name, url, url_file, at, servers"),
    ],
)
def test_a_wrong_value_of_a_digest_is_named(tmp_path: Path, line: str, expected: str) -> None:
    (problem,) = told(tmp_path, f'[[digest]]\nurl = "{URL}"\n{line}')
    assert problem.startswith(f"digest 1: {expected}")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = """
[[notify]]
hold = "soon"
recovered = 1
[[notify]]
url = "x"
[[digest]]
at = "off"
[heartbeat]
every = 5
[[heartbeat.job]]
url = "ntfy://a/b"
[[override]]
colour = "blue"
"""
    starts = [
        "override 1: colour is unknown",
        "notify 1: url is missing: give url or url_file",
        "notify 1: hold: 'soon' is not",
        "notify 1: recovered must be true or false",
        "notify 2: url: the address has no scheme: write it as ntfy://HOST/TOPIC",
        "digest 1: url is missing",
        "digest 1: at: 'off' names no days and hours",
        "heartbeat: every must be a string",
        "heartbeat.job 1: url: is not an address of the web",
        "heartbeat.job 1: server is missing",
        "heartbeat.job 1: backup is missing",
    ]
    for problem, start in zip(told(tmp_path, text), starts, strict=True):
        assert problem.startswith(start)


@pytest.mark.parametrize("kind", ["notify", "digest"])
def test_what_is_no_list_of_tables_is_refused(tmp_path: Path, kind: str) -> None:
    expected = f"{kind} must be tables, each started by a line [[{kind}]]"
    assert told(tmp_path, f'{kind} = "{URL}"') == [expected]
    assert told(tmp_path, f'[{kind}]\nurl = "{URL}"') == [expected]


@pytest.mark.parametrize("kind", ["notify", "digest"])
def test_there_are_at_most_fifty_tables(tmp_path: Path, kind: str) -> None:
    table = f'[[{kind}]]\nurl = "{URL}"\n'
    notifications = loaded(tmp_path, table * 50).notifications
    assert len(notifications.channels or notifications.digests) == 50
    assert told(tmp_path, table * 51) == [f"{kind}: 51 tables are too many: at most 50"]


@pytest.mark.parametrize("kind", ["notify", "digest"])
def test_a_name_is_given_once(tmp_path: Path, kind: str) -> None:
    table = f'[[{kind}]]\nname = "phone"\nurl = "{URL}"\n'
    expected = f"{kind}: 2 tables are called phone: give each a name of its own"
    assert told(tmp_path, table * 2) == [expected]


def test_the_variables_make_what_is_called_default(tmp_path: Path) -> None:
    environment = {
        "DUPLISTATUS_NOTIFY_URL": URL,
        "DUPLISTATUS_DIGEST_URL": OTHER_URL,
        "DUPLISTATUS_DIGEST_AT": "cron 0 7 * * * Europe/Berlin",
    }
    text = f'[[notify]]\nname = "phone"\nurl = "{URL}"'
    notifications = loaded(tmp_path, text, **environment).notifications
    assert notifications.channels == (
        Channel("default", SecretUrl(URL)),
        Channel("phone", SecretUrl(URL)),
    )
    at = Cron("0 7 * * *", "Europe/Berlin")
    assert notifications.digests == (Digest("default", SecretUrl(OTHER_URL), at),)


@pytest.mark.parametrize("kind", ["notify", "digest"])
def test_a_table_may_be_called_default_only_without_the_variable(tmp_path: Path, kind: str) -> None:
    text = f'[[{kind}]]\nname = "default"\nurl = "{URL}"'
    notifications = loaded(tmp_path, text).notifications
    assert len(notifications.channels or notifications.digests) == 1
    assert told(tmp_path, text, **{f"DUPLISTATUS_{kind.upper()}_URL": URL}) == [
        f"{kind}: {kind}_url makes what is called default: give the table another name"
    ]
