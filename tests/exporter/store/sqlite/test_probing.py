import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from exporter.store import StoreUnavailableError
from exporter.store.sqlite import probing
from exporter.store.sqlite.probing import Probing


class Disk:
    """A disk that answers when the test lets it."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self.writes = 0
        self._free = threading.Event()
        self._free.set()

    def write(self) -> None:
        self.writes += 1
        self._free.wait()
        if self.failure is not None:
            raise StoreUnavailableError(self.failure)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make writes wait during the block."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def asked(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Probing]:
    monkeypatch.setattr(probing, "WAIT_SECONDS", 0.01)
    made = Probing(disk.write)
    yield made
    made.close()


def refusal(asked: Probing) -> str | None:
    try:
        asked.check()
    except StoreUnavailableError as error:
        return str(error)
    return None


def test_the_result_of_a_write_is_reported(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "WAIT_SECONDS", 60.0)
    asked = Probing(disk.write)
    assert refusal(asked) is None
    disk.failure = "the disk is full"
    assert refusal(asked) == "the disk is full"
    disk.failure = None
    assert refusal(asked) is None
    assert disk.writes == 3
    asked.close()


def test_nobody_waits_for_a_write_that_takes_long(disk: Disk, asked: Probing) -> None:
    with disk.held():
        for _ in range(9):
            assert refusal(asked) is None, "nothing is known against it"
        assert disk.writes == 1, "all ask for the same write"


def test_what_was_wrong_stays_so_until_a_write_succeeds(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Probing(disk.write)
    disk.failure = "the database is locked"
    assert refusal(asked) == disk.failure
    monkeypatch.setattr(probing, "WAIT_SECONDS", 0.01)
    with disk.held():
        assert refusal(asked) == disk.failure
        disk.failure = None
    monkeypatch.setattr(probing, "WAIT_SECONDS", 60.0)
    assert refusal(asked) is None
    asked.close()


def test_after_the_close_nothing_is_written(disk: Disk, asked: Probing) -> None:
    asked.close()
    assert refusal(asked) == "the database is being closed"
    assert disk.writes == 0
