"""The `[mqtt]` table: which broker it names, and what is wrong with it."""

from pathlib import Path

import pytest

from exporter.config import load
from exporter.config.mqtt_table import Broker
from tests.exporter.config.test_notify_tables import loaded, told

PASSWORD = "s3cret"


def broker(folder: Path, text: str, **environment: str) -> Broker | None:
    return loaded(folder, f"[mqtt]\n{text}", **environment).broker


def test_without_a_table_there_is_no_broker() -> None:
    assert load({}, {}).broker is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('url = "mqtt://broker.example"', Broker("broker.example", 1883)),
        ('url = "mqtt://[::1]:1884/"', Broker("::1", 1884)),
        ('url = "mqtts://Broker.Example"', Broker("broker.example", 8883, tls=True)),
        (
            'url = "mqtt://me%40home:p%2Fw@broker"',
            Broker("broker", 1883, user="me@home", password="p/w"),
        ),
        (
            'url = "mqtt://broker"\nprefix = "home/backups"\ndiscovery_prefix = "ha"',
            Broker("broker", 1883, prefix="home/backups", discovery_prefix="ha"),
        ),
    ],
)
def test_a_table_names_a_broker(tmp_path: Path, text: str, expected: Broker) -> None:
    assert broker(tmp_path, text) == expected


def test_the_password_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    text = f'url = "mqtt://me@broker"\npassword_file = "{tmp_path}/password"'
    found = broker(tmp_path, text)
    assert found == Broker("broker", 1883, user="me", password=PASSWORD)


def test_the_whole_address_may_be_in_a_file_or_a_credential(tmp_path: Path) -> None:
    (tmp_path / "mqtt.url").write_text(f"mqtt://me:{PASSWORD}@broker\n")
    expected = Broker("broker", 1883, user="me", password=PASSWORD)
    assert broker(tmp_path, f'url_file = "{tmp_path}/mqtt.url"') == expected
    assert broker(tmp_path, "", CREDENTIALS_DIRECTORY=str(tmp_path)) == expected


def test_a_private_ca_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    text = f'url = "mqtts://broker"\nca_file = "{tmp_path}/ca.pem"'
    assert broker(tmp_path, text) == Broker("broker", 8883, tls=True, ca_file=tmp_path / "ca.pem")


def test_no_text_of_a_broker_has_its_password() -> None:
    found = Broker("::1", 1883, user="me", password=PASSWORD)
    assert (str(found), repr(found)) == ("mqtt://[::1]:1883", "Broker('mqtt://[::1]:1883')")


NO_BROKER = "mqtt: url: is not an address of a broker: write it as mqtt://USER:PASSWORD@HOST:1883"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mqtt = 5", "mqtt must be a table, started by a line [mqtt]"),
        ("[[mqtt]]", "mqtt must be a table, started by a line [mqtt]"),
        ("[mqtt]", "mqtt: url is missing: give url or url_file"),
        ('[mqtt]\nurl = "http://broker"', NO_BROKER),
        ('[mqtt]\nurl = "mqtt://:1883"', NO_BROKER),
        ('[mqtt]\nurl = "mqtt://broker:0"', NO_BROKER),
        ('[mqtt]\nurl = "mqtt://broker:99999"', NO_BROKER),
        ('[mqtt]\nurl = "mqtt://bro ker"', NO_BROKER),
        (f'[mqtt]\nurl = "mqtt://{"a" * 64}.example"', NO_BROKER),
        ('[mqtt]\nurl = "mqtt://[::1"', NO_BROKER),
        (
            '[mqtt]\nurl = "mqtt://broker/topic"',
            (
                "mqtt: url: has more than a host and a port: write it as"
                " mqtt://USER:PASSWORD@HOST:1883"
            ),
        ),
        (
            '[mqtt]\nurl = "mqtt://:pw@broker"',
            "mqtt: url has no user for the password: write mqtt://USER@HOST",
        ),
        (
            '[mqtt]\nurl = "mqtt://broker"\nca_file = "/ca.pem"',
            "mqtt: ca_file: an address with mqtt:// has no certificate: write mqtts://",
        ),
        (
            '[mqtt]\nurl = "mqtts://broker"\nca_file = "/missing"',
            "mqtt: ca_file: /missing is not a file",
        ),
        (
            '[mqtt]\nurl = "mqtt://broker"\nprefix = "a/#"',
            "mqtt: prefix: 'a/#' must be of letters, digits, - and _, with / between its parts",
        ),
        (
            '[mqtt]\nurl = "mqtt://broker"\ndiscovery_prefix = "/a"',
            (
                "mqtt: discovery_prefix: '/a' must be of letters, digits, - and _, with / between"
                " its parts"
            ),
        ),
        (
            '[mqtt]\nurl = "mqtt://me@broker"\npassword_file = "/missing"',
            "mqtt: password_file: /missing cannot be read: No such file or directory",
        ),
        (
            '[mqtt]\nurl = "mqtt://broker"\nqos = 1',
            (
                "mqtt: qos is unknown; expected one of url, url_file, password_file, ca_file,"
                " prefix, discovery_prefix"
            ),
        ),
    ],
)
def test_each_fault_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert told(tmp_path, text) == [expected]


def test_a_password_is_given_once_and_is_not_empty(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    text = f'[mqtt]\nurl = "mqtt://me:pw@broker"\npassword_file = "{path}"'
    assert told(tmp_path, text) == [
        "mqtt: password_file: the address has a password, too: keep one"
    ]
    path.write_text("\n")
    text = f'[mqtt]\nurl = "mqtt://me@broker"\npassword_file = "{path}"'
    assert told(tmp_path, text) == [f"mqtt: password_file: {path} must have 1 to 1000 characters"]


def test_no_fault_repeats_the_password(tmp_path: Path) -> None:
    for address in (f"mqtt://me:{PASSWORD}@bro ker", f"mqtt://me:{PASSWORD}@broker/topic"):
        assert PASSWORD not in "".join(told(tmp_path, f'[mqtt]\nurl = "{address}"'))
