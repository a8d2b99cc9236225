import io

from hypothesis import given
from hypothesis import strategies as st

from api.parts_file import ConcatenatedFile

PARTS = st.lists(st.binary(max_size=20), max_size=8)


@given(PARTS, st.data())
def test_parts_are_read_as_the_file_they_would_be_together(
    parts: list[bytes], data: st.DataObject
) -> None:
    file, whole = ConcatenatedFile(parts), io.BytesIO(b"".join(parts))
    assert len(file) == len(whole.getvalue())
    for _ in range(data.draw(st.integers(1, 10))):
        size = data.draw(st.integers(0, 60))
        assert file.read(size) == whole.read(size)
        at = data.draw(st.integers(0, len(file)))
        whence = data.draw(st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]))
        offset = {io.SEEK_SET: at, io.SEEK_CUR: at - file.tell(), io.SEEK_END: at - len(file)}
        assert file.seek(offset[whence], whence) == whole.seek(offset[whence], whence) == at
        assert file.tell() == whole.tell()


@given(PARTS)
def test_reading_on_and_on_gives_everything_and_then_nothing(parts: list[bytes]) -> None:
    file = ConcatenatedFile(parts)
    assert b"".join(iter(file.read, b"")) == b"".join(parts)
    assert file.read() == b""


def test_one_read_is_bounded_however_much_is_asked_for() -> None:
    file = ConcatenatedFile([b"x" * 100_000] * 10)
    assert 100_000 < len(file.read(10_000_000)) < 1_000_000
    assert 100_000 < len(file.read()) < 1_000_000


def test_a_closed_file_holds_on_to_nothing() -> None:
    file = ConcatenatedFile([b"x"])
    file.close()
    assert len(file) == 0
