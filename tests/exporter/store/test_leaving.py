"""The others see what a daemon committed just before it ended."""

from contextlib import closing

import pytest

from exporter.store.postgres import Store
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.postgres_fixtures import postgres_server, postgres_url
from tests.support.reports_builder import duplicati_report

__all__ = ["postgres_server", "postgres_url"]

pytestmark = pytest.mark.not_quick


def test_the_last_commits_of_a_daemon_that_ended_are_seen(postgres_url: str) -> None:
    with closing(Store(postgres_url)) as store:
        with closing(Store(postgres_url)) as other:
            deliver(other, duplicati_report(began=NOW))
        store.catch_up(5)
        assert [job.name for job in store.snapshot().jobs] == ["Documents"]
