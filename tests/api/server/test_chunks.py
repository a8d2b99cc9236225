"""Bodies in chunks, however they are cut into pieces on their way."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.buffers import OverflowableBuffer

from api.server.chunks import MAX_FRAMING, Chunks

PLENTY = 1 << 20
NEXT = b"GET / HTTP/1.1\r\n"

WELL_FORMED = {
    b"0\r\n\r\n": b"",
    b"3\r\nabc\r\n0\r\n\r\n": b"abc",
    b"3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n": b"abc0123456789",
    b'3;name=value;other="a\tb"\r\n\r\n\r\r\n0;last\r\n\r\n': b"\r\n\r",
    b"1\r\na\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n": b"a",
    b"1;" + b"x" * (MAX_FRAMING - 2) + b"\r\na\r\n0\r\n\r\n": b"a",
    b"0\r\n" + b"A: b\r\n" * ((MAX_FRAMING - 2) // 6) + b"\r\n": b"",
}
ILL_FORMED = {
    b"\r\n": "size",
    b"g\r\n": "size",
    b"-1\r\n": "size",
    b"0x1\r\n": "size",
    b" 1\r\n": "size",
    b"1_0\r\n": "size",
    b"1;a b\r\n": "extension",
    b"1\r\nab": "terminated",
    b"1\r\na\n": "terminated",
    b"1\r\na\r0": "terminated",
    b"1" * (MAX_FRAMING + 2): "line",
    b"1;" + b"x" * (MAX_FRAMING - 1) + b"\r\na\r\n0\r\n\r\n": "line",
    b"1;" + b"x" * PLENTY: "line",
    b"1\r\na\r\n0\r\n" + b"x" * PLENTY: "line",
    b"0\r\n" + b"A: b\r\n" * PLENTY: "trailers",
    b"0\r\n" + b"A: b\r\n" * (MAX_FRAMING // 6 + 1) + b"\r\n": "trailers",
}


def take(sent: bytes, cuts: list[int]) -> tuple[Chunks, bytes, int]:
    """Take bytes in pieces until it has enough; return the body and how much was taken."""
    kept = OverflowableBuffer(PLENTY)
    chunks, taken = Chunks(kept), 0
    edges = sorted({0, len(sent), *(cut % (len(sent) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        taken += chunks.received(sent[start:end])
        if chunks.completed or chunks.error:
            break
        assert taken == end
    return chunks, kept.get(), taken


CUTS = st.lists(st.integers(0, PLENTY), max_size=8)


@given(sent=st.sampled_from(list(WELL_FORMED)), cuts=CUTS)
def test_chunks_are_put_together_and_what_follows_is_left(sent: bytes, cuts: list[int]) -> None:
    chunks, body, taken = take(sent + NEXT, cuts)
    assert chunks.error is None
    assert (chunks.completed, body, taken) == (True, WELL_FORMED[sent], len(sent))


@pytest.mark.parametrize("sent", WELL_FORMED)
def test_a_byte_at_a_time_is_the_same(sent: bytes) -> None:
    chunks, body, taken = take(sent + NEXT, list(range(len(sent))))
    assert (chunks.completed, body, taken) == (True, WELL_FORMED[sent], len(sent))


@pytest.mark.parametrize("sent", ILL_FORMED, ids=range(len(ILL_FORMED)))
@pytest.mark.parametrize("size", [1, 7, 8192, PLENTY])
def test_what_is_no_chunk_is_refused_before_much_of_it_is_taken(sent: bytes, size: int) -> None:
    chunks, _, taken = take(sent, list(range(0, min(len(sent), 4 * MAX_FRAMING), size)))
    assert chunks.error is not None
    assert (chunks.error.code, chunks.completed) == (400, False)
    assert ILL_FORMED[sent] in chunks.error.body
    assert taken <= 2 * MAX_FRAMING


@given(sent=st.lists(st.sampled_from([b"0", b"1", b"a", b"\r\n", b";", b"="])).map(b"".join))
def test_any_bytes_are_taken_at_most_once(sent: bytes) -> None:
    chunks, body, taken = take(sent, list(range(len(sent))))
    assert taken <= len(sent)
    assert len(body) <= taken
    assert not (chunks.completed and chunks.error)
