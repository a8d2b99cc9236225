"""For whom a text is written."""

from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from exporter.language import DEFAULT_READER, Reader, gettext, ngettext, pgettext, reader, reading

IN_BERLIN = Reader("de", ZoneInfo("Europe/Berlin"))


def test_by_default_it_is_english_and_utc() -> None:
    assert reader() == DEFAULT_READER == Reader("en", ZoneInfo("UTC"))


def test_a_reader_reads_until_the_end_of_a_block_also_where_it_fails() -> None:
    with reading(IN_BERLIN):
        assert reader() is IN_BERLIN
    assert reader() is DEFAULT_READER
    with pytest.raises(ZeroDivisionError), reading(IN_BERLIN):
        divmod(1, 0)
    assert reader() is DEFAULT_READER


def test_other_threads_have_readers_of_their_own() -> None:
    seen: list[Reader] = []
    with reading(IN_BERLIN):
        thread = Thread(target=lambda: seen.append(reader()))
        thread.start()
        thread.join()
    assert seen == [DEFAULT_READER]


def test_english_texts_are_those_of_the_code() -> None:
    assert gettext("overdue") == "overdue"
    assert [ngettext("run", "runs", count) for count in (0, 1, 2)] == ["runs", "run", "runs"]
    assert pgettext("a month", "May") == "May"
