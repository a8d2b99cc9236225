import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.store import StoreError, StoreInUseError
from exporter.store.sqlite import Store
from tests.support.deliver import deliver
from tests.support.reports_builder import exception_report

pytestmark = pytest.mark.not_quick

URL = "http://127.0.0.1:9666"
HOLDER = """
import sys
from pathlib import Path
from exporter.store.sqlite import Store
store = Store(Path(sys.argv[1]))
store.announce(sys.argv[2])
print("has it", flush=True)
sys.stdin.read()
store.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.sqlite"


@contextmanager
def another_holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Make another process use a database until its stdin ends."""
    command = [sys.executable, "-c", HOLDER, str(path), URL]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "has it\n"
            yield holder
        finally:
            holder.kill()


def refused_url(path: Path) -> str:
    with pytest.raises(StoreInUseError) as refused:
        Store(path)
    assert str(path) in str(refused.value)
    assert (refused.value.url or "another daemon") in str(refused.value)
    return refused.value.url


def test_a_second_store_of_this_process_is_refused_with_the_url_of_the_first(
    path: Path,
) -> None:
    store = Store(path)
    try:
        assert refused_url(path) == ""
        store.announce(URL)
        assert refused_url(path) == URL
        store.announce("http://[::1]:1")
        assert refused_url(path) == "http://[::1]:1"
    finally:
        store.close()


def test_a_store_that_was_refused_leaves_the_first_as_it_was(path: Path) -> None:
    store = Store(path)
    try:
        store.announce(URL)
        for _ in range(3):
            refused_url(path)
        assert deliver(store, exception_report()).new
    finally:
        store.close()


def test_the_database_of_another_process_is_refused_with_its_url(path: Path) -> None:
    with another_holder(path):
        assert refused_url(path) == URL


def test_a_database_is_free_once_its_holder_closed_it(path: Path) -> None:
    with another_holder(path) as holder:
        holder.communicate("")
        assert holder.returncode == 0
        Store(path).close()


def test_a_database_is_free_once_its_holder_was_killed_without_a_stale_url(
    path: Path,
) -> None:
    with another_holder(path) as holder:
        holder.send_signal(signal.SIGKILL)
        assert holder.wait() == -signal.SIGKILL
        store = Store(path)
        try:
            assert refused_url(path) == ""
        finally:
            store.close()


def test_two_databases_of_a_folder_do_not_lock_each_other(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "one.sqlite"), Store(tmp_path / "other.sqlite")
    one.close()
    other.close()


def renamed(path: Path) -> Path:
    """Give the database a second name, by which SQLite would look for another log."""
    other = path.with_name("other.sqlite")
    other.hardlink_to(path)
    return other


def linked(path: Path) -> Path:
    """Make a link in another folder to the database."""
    other = path.parent / "elsewhere" / "link.sqlite"
    other.parent.mkdir()
    other.symlink_to(path)
    return other


def without_lock_file(path: Path) -> Path:
    path.with_name(f"{path.name}.lock").unlink()
    return path


def beside_another_lock_file(path: Path) -> Path:
    lock = path.with_name(f"{path.name}.lock")
    lock.unlink()
    lock.write_text("")
    return path


def linked_without_lock_file(path: Path) -> Path:
    return linked(without_lock_file(path))


WAYS = [renamed, linked, without_lock_file, beside_another_lock_file, linked_without_lock_file]


@pytest.mark.parametrize("way", WAYS)
def test_whatever_leads_to_a_database_in_use_it_is_refused_and_the_first_goes_on(
    path: Path, way: Callable[[Path], Path]
) -> None:
    store = Store(path)
    try:
        store.announce(URL)
        other = way(path)
        for _ in range(2):
            with pytest.raises(StoreInUseError):
                Store(other)
        assert deliver(store, exception_report()).new
        store.check_writable()
    finally:
        store.close()
    Store(other).close()


@pytest.mark.parametrize("way", WAYS)
def test_the_same_holds_for_the_database_of_another_process(
    path: Path, way: Callable[[Path], Path]
) -> None:
    with another_holder(path) as holder:
        other = way(path)
        with pytest.raises(StoreInUseError):
            Store(other)
        holder.communicate("")
        assert holder.returncode == 0
    Store(other).close()


def test_a_refused_store_leaves_sqlites_own_locks_as_they_were(path: Path) -> None:
    """Closing a file ends this process's locks of SQLite on it, and its log would be removed."""
    store = Store(path)
    try:
        deliver(store, exception_report())
        refused_url(path)
        reader = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT 1 FROM runs')"
        subprocess.run([sys.executable, "-c", reader, path], check=True)
        assert path.with_name(f"{path.name}-wal").stat().st_size > 0
        store.check_writable()
    finally:
        store.close()


def test_the_lock_of_a_database_reached_by_a_link_says_where_it_is_served(path: Path) -> None:
    store = Store(path)
    try:
        store.announce(URL)
        with pytest.raises(StoreInUseError, match=URL):
            Store(linked(path))
    finally:
        store.close()


def test_a_link_to_no_file_yet_makes_it_where_the_link_leads(path: Path) -> None:
    link = linked(path)
    store = Store(link)
    try:
        assert refused_url(path) == ""
        assert path.exists()
    finally:
        store.close()


def test_a_lock_file_that_cannot_be_made_is_named(path: Path) -> None:
    lock = path.with_name(f"{path.name}.lock")
    lock.mkdir()
    with pytest.raises(StoreError, match=r"reports\.sqlite\.lock cannot be made") as refused:
        Store(path)
    assert not isinstance(refused.value, StoreInUseError)


def test_no_child_of_the_holder_inherits_the_lock(path: Path) -> None:
    store = Store(path)
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    try:
        store.close()
        Store(path).close()
    finally:
        child.communicate()
    assert child.returncode == os.EX_OK
