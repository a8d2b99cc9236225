"""What a link makes of errors, and of a library that is missing."""

import socket
import ssl
import sys

import pytest

from exporter.config.mqtt_table import Broker
from exporter.mqtt import link

BROKER = Broker("broker.example", 1883)


def test_without_the_library_a_broker_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert link.problem_of(BROKER) is None
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    assert link.problem_of(BROKER) == link.MISSING
    assert link.problem_of(None) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(-2, "Name or service not known"), "cannot be found: is the name right"),
        (ConnectionRefusedError(111, "Connection refused"), "cannot be reached: Connection refus"),
        (TimeoutError(), "does not answer within 10 seconds"),
        (ssl.SSLError(1, "[SSL] wrong version number"), "cannot be reached by TLS: "),
        (OSError(), "cannot be reached: no route"),
        (None, "cannot be reached: no route"),
    ],
)
def test_an_error_is_explained(error: Exception | None, expected: str) -> None:
    assert link.explained(error).startswith(expected)
