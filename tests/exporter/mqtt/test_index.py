"""The list of what is described, written and read back."""

import pytest

from exporter.mqtt.index import read_index, write_index


def test_a_list_is_read_as_it_was_written() -> None:
    assert read_index(write_index({7: 2, 12: 1})) == {7: 2, 12: 1}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b'{"a": 1}',
        b'{"1": "b"}',
        b'{"1": 1.5}',
        b"[" * 100_000,
        b'{"1": 1}' + b" " * 4_000_000,
    ],
)
def test_what_somebody_else_wrote_is_no_list(payload: bytes) -> None:
    assert read_index(payload) == {}
