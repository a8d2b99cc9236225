"""Programs see what people were told, what waits for which channel, and why."""

import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.model.notifications import MessageOutcome
from exporter.notifications.deliveries import Deliveries
from exporter.times import HOUR, MINUTE, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.messages import REFUSED, DeadOutbox, ended, put, tried, waiting

PATH = "/api/notifications"


def test_a_daemon_without_channels_has_told_nobody(daemon: Daemon) -> None:
    assert daemon.get(PATH) == {
        "notifications": [],
        "oldestWaiting": None,
        "channels": [],
        "nextCursor": None,
    }


def test_a_channel_is_there_before_anything_is_sent(daemon: Daemon) -> None:
    daemon.configure("phone", "monday")
    assert daemon.get(PATH)["channels"] == [
        {"name": "phone", "waiting": 0, "oldestWaiting": None},
        {"name": "monday", "waiting": 0, "oldestWaiting": None},
    ]


def test_a_message_that_waits_says_since_when_and_why(daemon: Daemon) -> None:
    put(daemon.outbox, tried("phone", NOW))
    assert daemon.get(PATH)["notifications"] == [
        {
            "id": 1,
            "channel": "phone",
            "kind": "alert",
            "created": format_timestamp(NOW),
            "title": "Photos of nas is overdue",
            "state": "waiting",
            "attempts": 2,
            "nextAttempt": format_timestamp(NOW + 5 * MINUTE),
            "lastError": REFUSED,
            "ended": None,
        }
    ]


def test_a_new_message_may_be_sent_at_once(daemon: Daemon) -> None:
    put(daemon.outbox, waiting("phone", NOW))
    (entry,) = daemon.get(PATH)["notifications"]
    assert (entry["attempts"], entry["nextAttempt"]) == (0, format_timestamp(NOW))


@pytest.mark.parametrize("outcome", MessageOutcome)
def test_a_message_that_ended_says_when_and_has_no_next_attempt(
    daemon: Daemon, outcome: MessageOutcome
) -> None:
    put(daemon.outbox, ended("phone", NOW, outcome))
    data = daemon.get(PATH)
    (entry,) = data["notifications"]
    assert entry["state"] == outcome.value
    assert (entry["ended"], entry["nextAttempt"]) == (format_timestamp(NOW + MINUTE), None)
    assert (data["oldestWaiting"], data["channels"]) == (None, [])


def test_what_waits_is_counted_by_channel_also_for_one_that_is_no_longer_configured(
    daemon: Daemon,
) -> None:
    daemon.configure("phone", "monday")
    put(
        daemon.outbox,
        tried("phone", NOW - HOUR),
        tried("former", NOW - 2 * HOUR),
        tried("phone", NOW),
    )
    data = daemon.get(PATH)
    assert data["oldestWaiting"] == format_timestamp(NOW - 2 * HOUR)
    assert data["channels"] == [
        {"name": "phone", "waiting": 2, "oldestWaiting": format_timestamp(NOW - HOUR)},
        {"name": "monday", "waiting": 0, "oldestWaiting": None},
        {"name": "former", "waiting": 1, "oldestWaiting": format_timestamp(NOW - 2 * HOUR)},
    ]


def test_the_newest_comes_first_and_a_page_leads_to_the_next(daemon: Daemon) -> None:
    put(daemon.outbox, *(waiting("phone", NOW + number) for number in range(5)))
    first = daemon.get(PATH, limit=3)
    second = daemon.get(PATH, limit=3, cursor=first["nextCursor"])
    ids = [[entry["id"] for entry in page["notifications"]] for page in (first, second)]
    assert ids == [[5, 4, 3], [2, 1]]
    assert second["nextCursor"] is None
    assert first["channels"] == second["channels"]


def test_the_text_of_a_message_is_not_in_a_listing(daemon: Daemon) -> None:
    put(daemon.outbox, waiting("phone", NOW))
    assert "Last success" not in daemon.client.simulate_get(PATH).text


def test_it_needs_the_token_for_reading(daemon: Daemon) -> None:
    put(daemon.outbox, waiting("phone", NOW))
    closed = Authorizer.from_entries({Scope.READ: ["a-token-for-reading"]})
    client = testing.TestClient(create_app(daemon.services._replace(authorizer=closed)))
    assert client.simulate_get(PATH).status_code == 401
    headers = {"Authorization": "Bearer a-token-for-reading"}
    assert client.simulate_get(PATH, headers=headers).status_code == 200


def test_a_database_that_is_away_is_said_and_not_taken_for_an_empty_one(daemon: Daemon) -> None:
    services = daemon.services._replace(deliveries=Deliveries(DeadOutbox(), ["phone"]))
    answer = testing.TestClient(create_app(services)).simulate_get(PATH)
    assert (answer.status_code, answer.json["error"]) == (503, "ServiceUnavailableError")
