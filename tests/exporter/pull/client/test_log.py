import json

import pytest

from exporter.pull.client import log
from exporter.pull.client.errors import GoneError, ServerError
from exporter.pull.client.log import Row, pages
from tests.support.duplicati.asking import session
from tests.support.duplicati.simulator import Canned, Simulator

LOG = "/backup/2/log"


def fill(simulator: Simulator, rows: int) -> None:
    for _ in range(rows):
        simulator.add_row("2", "{}")


def read(simulator: Simulator, backup_id: str = "2") -> list[list[Row]]:
    with session(simulator) as asking:
        return list(pages(asking, backup_id, log.PAGE_ROWS))


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 250])
def test_all_rows_are_read_down_to_the_first(duplicati: Simulator, rows: int) -> None:
    fill(duplicati, rows)
    read_ids = [row.id for page in read(duplicati) for row in page]
    assert read_ids == list(range(rows, 0, -1))


def test_smaller_pages_than_asked_for_are_no_end(
    duplicati: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PAGE_ROWS", 1)
    fill(duplicati, 25)
    assert [len(page) for page in read(duplicati)] == [10, 10, 5]


def test_rows_that_come_between_two_pages_move_nothing(duplicati: Simulator) -> None:
    fill(duplicati, 150)
    duplicati.before[LOG] = lambda: fill(duplicati, 7)
    read_ids = [row.id for page in read(duplicati) for row in page]
    assert read_ids == list(range(157, 0, -1))


def test_a_backup_that_is_deleted_between_two_pages_is_gone(duplicati: Simulator) -> None:
    fill(duplicati, 150)
    with session(duplicati) as asking:
        reading = pages(asking, "2", log.PAGE_ROWS)
        assert len(next(reading)) == 100
        duplicati.delete("2")
        with pytest.raises(GoneError):
            next(reading)


def test_a_token_that_runs_out_between_two_pages_is_replaced(duplicati: Simulator) -> None:
    fill(duplicati, 150)
    duplicati.faults[LOG] += [None, Canned(401)]
    assert sum(map(len, read(duplicati))) == 150


def test_the_same_page_again_ends_the_reading(duplicati: Simulator) -> None:
    fill(duplicati, 20)
    duplicati.always[LOG] = Canned(200, json.dumps(duplicati.rows["2"]).encode())
    with session(duplicati) as asking:
        reading = pages(asking, "2", log.PAGE_ROWS)
        assert len(next(reading)) == 20
        with pytest.raises(ServerError, match="returns the same rows of the backup 2 repeatedly"):
            next(reading)


def test_a_page_that_overlaps_the_last_gives_each_row_once(duplicati: Simulator) -> None:
    first, second = b'[{"ID":3},{"ID":2}]', b'[{"ID":3},{"ID":2},{"ID":1}]'
    duplicati.faults[LOG] += [Canned(200, first), Canned(200, second)]
    assert [row.id for page in read(duplicati) for row in page] == [3, 2, 1]


def test_a_log_without_end_is_ended(duplicati: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_ROWS", 100)
    fill(duplicati, 150)
    with pytest.raises(ServerError, match="more than 100 rows of the backup 2"):
        read(duplicati)


@pytest.mark.parametrize("body", [b"{}", b"null", b"[1]", b'[{"id": 1}]', b'[{"ID": "1"}]'])
def test_what_is_no_log_is_told(duplicati: Simulator, body: bytes) -> None:
    duplicati.always[LOG] = Canned(200, body)
    with pytest.raises(ServerError, match="something that is not a log"):
        read(duplicati)


@pytest.mark.parametrize("at", ["today", None, True, 0, -1, 10**15, 1.5])
def test_columns_that_are_empty_or_of_another_type_are_none(
    duplicati: Simulator, at: object
) -> None:
    """A column without a value comes as an empty object: .NET's DBNull."""
    duplicati.add_row("2", None, Timestamp=at, Type={}, Exception={})
    assert read(duplicati) == [[Row(1, None, None, None, None)]]


def test_an_identity_that_is_no_path_is_asked_for_as_it_is(duplicati: Simulator) -> None:
    with pytest.raises(GoneError):
        read(duplicati, "2/../3?x")
    assert duplicati.requests[-1].startswith("/api/v1/backup/2%2F..%2F3%3Fx/log")
