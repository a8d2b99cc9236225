"""A daemon stays ready while its database is away, but not for good."""

import pytest

from exporter.store import StoreUnavailableError
from exporter.store.postgres import store as opened
from tests.support.postgres import Postgres
from tests.support.process.waiting import eventually
from tests.support.replicas import Replicas

pytestmark = pytest.mark.not_quick


def test_a_daemon_is_not_ready_once_its_database_has_been_away_for_long(
    replicas: Replicas, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened.READY_SECONDS == 180
    monkeypatch.setattr(opened, "READY_SECONDS", 4.0)
    store = replicas.open()

    def refuses() -> bool:
        try:
            store.check_writable()
        except StoreUnavailableError:
            return True
        return False

    assert not refuses()
    postgres.stop()
    try:
        with pytest.raises(StoreUnavailableError):
            store.catch_up(0.5)
        assert not refuses()
        eventually(refuses, "not ready any more")
    finally:
        postgres.start()
    eventually(lambda: not refuses(), "ready again", 20)
