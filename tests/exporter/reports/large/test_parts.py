"""The parts that make a large report small, each alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.reports import lines, recoding
from exporter.reports.large.elements import LEFT_OUT, elements
from exporter.reports.large.selection import Selection

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
)


@given(st.lists(VALUES, max_size=8), st.sampled_from([{}, {"indent": 2}, {"ensure_ascii": False}]))
def test_the_elements_of_a_list_are_what_they_were(
    values: list[Any], style: dict[str, Any]
) -> None:
    raw = json.dumps(values, **style).encode()

    assert [json.loads(element) for element in elements(memoryview(raw))] == values


def test_behind_the_last_that_is_looked_at_stands_what_says_so() -> None:
    raw = memoryview(b'["a", {"b": "c"}, 1, 2]')

    assert list(elements(raw, 5)) == [b'"a"', b'{"b": "c"}', LEFT_OUT]
    assert list(elements(raw, 7)) == [b'"a"', b'{"b": "c"}', b"1", b"2"]


def _selected(told: list[str]) -> tuple[list[str], int]:
    selection = Selection()
    for line in told:
        selection.add(line, lines.message(line).level, line.encode())
    kept, left_out = selection.kept()
    return [line.decode() for line in kept], left_out


def test_of_a_short_log_all_lines_are_kept_in_their_order() -> None:
    told = ["[Information-A]: b", "[Error-A]: c", "[Warning-A]: d"]

    assert _selected(told) == (told, 0)


def test_the_gravest_lines_are_kept_and_the_last() -> None:
    told = ["[Information-A]: b"] * 3000 + ["[Error-A]: c", "[Warning-A]: d"] * 400
    told += ["[Information-A]: the last"]
    kept, left_out = _selected(told)

    assert left_out == len(told) - len(kept)
    assert kept.count("[Error-A]: c") == kept.count("[Warning-A]: d") == 400
    assert kept[-1] == "[Information-A]: the last"


def test_what_tells_of_copies_and_stops_is_kept_among_graver_lines() -> None:
    told = ["[Error-A]: c"] * 3000
    told[2000] = "[Information-A.B-RemoteSyncSkipped]: not due: ssh://host"
    told[2500] = "[Information-A.BackupHandler-CancellationRequested]: by the user"
    kept, _ = _selected(told)

    assert {told[2000], told[2500]} <= set(kept)
    assert len(kept) < 1100


def test_lines_that_are_kept_have_a_bound_in_bytes() -> None:
    kept, left_out = _selected(["[Error-A]: " + "x" * 100_000] * 500)

    assert sum(map(len, kept)) <= 8 * 1024 * 1024
    assert left_out == 500 - len(kept)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recoding, "_PIECE_BYTES", 64)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_texts_of_windows_become_utf8(encoding: str) -> None:
    text = "Duplicati für Käse \N{GRINNING FACE} " * 20 + "end"

    assert recoding.utf8(f" \n{text}\0".encode(encoding)).decode() == text


@pytest.mark.usefixtures("small_pieces")
def test_an_encoded_value_is_the_same_wherever_pieces_end() -> None:
    for shift in range(40):
        value = b"a" * shift + b"%C3%A4+%25 %zz%" * 9
        assert recoding.unquoted(value) == b"a" * shift + "ä % %zz%".encode() * 9


@pytest.mark.usefixtures("small_pieces")
def test_json_that_only_python_reads_becomes_strict() -> None:
    for shift in range(40):
        told = '{"%s": [NaN, -Infinity, 1, "NaN", "\\ud83d\\ude00", "\\\\ud800", "\\ud800", "\t"]}'
        raw = (told % ("k" * shift)).encode()
        (values,) = json.loads(recoding.strict_json(raw)).values()
        assert values == [None, None, 1, "NaN", "\N{GRINNING FACE}", "\\ud800", "\ufffd", " "]


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_text_in_json_says_the_same_in_pieces(*, ascii_only: bool) -> None:
    for shift in range(80):
        text = "a" * shift + 'ä"\\\n\N{GRINNING FACE}/' * 20
        raw = json.dumps(text, ensure_ascii=ascii_only).encode()
        told = recoding.text_of_json(raw).decode()
        assert told.replace("\ufffd\ufffd", "\N{GRINNING FACE}") == text


@pytest.mark.parametrize("most", range(9))
def test_a_cut_parts_no_character(most: int) -> None:
    text = "aä\N{GRINNING FACE}b"

    assert text.startswith(recoding.cut(text.encode(), most).decode())
