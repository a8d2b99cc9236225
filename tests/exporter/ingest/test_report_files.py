import gzip
import io
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.ingest import report_files as saved_module
from exporter.ingest.importer import HistoricalReport
from exporter.ingest.report_files import Found, ReportFiles, Saved, SkippedFile
from exporter.reports import read_report

CHANGED = 1_768_442_400_000
REPORT = b'{"Data": {"MainOperation": "Backup"}}'
TEXT = b"Duplicati Backup report for Documents\n\nMainOperation: Backup\n"


def write(path: Path, content: bytes = REPORT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (CHANGED / 1000, CHANGED / 1000))
    return path


def find(*paths: Path, server: str | None = None) -> list[Found]:
    return list(ReportFiles(server).find(paths))


def sources(found: list[Found], base: Path) -> list[str]:
    return [str(Path(each.source).relative_to(base)) for each in found]


def bodies(found: list[Found]) -> list[bytes]:
    return [each.report.body for each in found if isinstance(each, Saved)]


def reasons(found: list[Found]) -> list[str]:
    return [each.reason for each in found if isinstance(each, SkippedFile)]


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        b"message=Duplicati%20Backup%20report",
        b'{\n  "Data": {}\n}\n',
        b"no report at all\nbut a text\n",
        "Gr\u00fc\u00dfe".encode(),
    ],
)
def test_a_file_is_a_report(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "report", content)
    report = HistoricalReport(content, CHANGED, "nas")
    assert find(path, server="nas") == [Saved(str(path), report)]


def test_a_file_whose_first_line_is_a_whole_object_has_a_report_in_each_line(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "all.jsonl", b"\xef\xbb\xbf" + REPORT + b"\r\n\n  \n?\n" + REPORT)
    found = find(path)
    assert [each.source for each in found] == [f"{path}:{line}" for line in (1, 4, 5)]
    assert [body.strip(b"\xef\xbb\xbf\r\n") for body in bodies(found)] == [
        REPORT,
        b"?",
        REPORT,
    ]


def test_a_packed_file_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl.gz", gzip.compress(REPORT + b"\n" + REPORT))
    assert len(bodies(find(path))) == 2


@pytest.mark.parametrize("cut", [1, 5, 12, 20, -1])
def test_a_packed_file_that_is_cut_or_damaged_is_told(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress(TEXT * 10)
    found = find(
        write(tmp_path / "a.gz", packed[:cut]),
        write(tmp_path / "b.gz", packed[:15] + b"\xff\xff\xff" + packed[18:]),
        write(tmp_path / "c.gz", TEXT),
        write(tmp_path / "d"),
    )
    assert [each.source for each in found if isinstance(each, Saved)] == [str(tmp_path / "d")]
    assert all(reason.startswith("cannot be read (") for reason in reasons(found))
    assert len(found) == 4


def test_a_folder_is_walked_by_names_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b", "a/z", "a/y", ".hidden", ".git/x", "c/.x"):
        write(tmp_path / name)
    assert sources(find(tmp_path), tmp_path) == ["b", "a/y", "a/z"]
    assert sources(find(tmp_path / ".hidden", tmp_path / ".git"), tmp_path) == [".hidden", ".git/x"]


def test_links_lead_to_files_and_in_no_circle(tmp_path: Path) -> None:
    write(tmp_path / "outside")
    write(tmp_path / "in" / "a")
    (tmp_path / "in" / "b").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "lost").symlink_to(tmp_path / "nowhere")
    (tmp_path / "in" / "self").symlink_to("self")
    found = find(tmp_path / "in")
    assert len(bodies(found)) == 2
    assert len(reasons(found)) == 2
    (tmp_path / "way").symlink_to(tmp_path / "in")
    assert len(bodies(find(tmp_path / "way"))) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "utf-8-sig"])
def test_a_file_in_the_encoding_of_a_script_is_read(tmp_path: Path, encoding: str) -> None:
    text = TEXT.decode().replace("Documents", "Käse").strip()
    (body,) = bodies(find(write(tmp_path / "x", text.encode(encoding))))
    assert read_report(body).backup == "Käse"


def test_names_for_those_that_tell_none_come_with_each(tmp_path: Path) -> None:
    (saved,) = ReportFiles("nas", "Photos").find([write(tmp_path / "x")])
    assert isinstance(saved, Saved)
    assert (saved.report.server, saved.report.backup) == ("nas", "Photos")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"\xff\xfe \0\n\0", "is empty"),
    ],
)
def test_what_can_be_no_report_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reasons(find(write(tmp_path / "x", content))) == [reason]


def test_what_is_no_file_or_is_not_there_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    found = find(tmp_path / "pipe", tmp_path / "empty", tmp_path / "none", tmp_path / ("n" * 300))
    assert reasons(found) == [
        "is not a file",
        "contains only hidden files, or none",
        "cannot be read (No such file or directory)",
        "cannot be read (File name too long)",
    ]


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a")
    (tmp_path / "locked").mkdir()
    listing = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)  # tests may run as root, who may list everything
    found = find(tmp_path)
    assert sources(found, tmp_path) == ["a", "locked"]
    assert reasons(found) == ["cannot be read (Permission denied)"]


def test_folders_within_folders_have_an_end(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(saved_module.DEEPEST + 2):
        deep /= "d"
        write(deep / "r")
    found = find(tmp_path)
    assert len(bodies(found)) == saved_module.DEEPEST
    assert reasons(found) == [f"contains folders deeper than {saved_module.DEEPEST}: name them"]


def test_what_is_too_large_is_told_and_no_more_of_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_module, "MAX_BYTES", 50)
    lines = REPORT + b"\n" + b"x" * 1000 + b"\n" + REPORT + b"\n" + b"y" * 51
    found = find(write(tmp_path / "lines", lines), write(tmp_path / "one", b"z\n" + b"z" * 99))
    assert bodies(found) == [REPORT + b"\n"] * 2
    too_large = [each.source for each in found if isinstance(each, SkippedFile)]
    assert sources(found, tmp_path) == ["lines:1", "lines:2", "lines:3", "lines:4", "one"]
    assert len(too_large) == 3
    assert set(reasons(found)) == {"is larger than 50 bytes"}


def test_a_file_from_before_there_was_time_tells_none(tmp_path: Path) -> None:
    path = write(tmp_path / "old")
    os.utime(path, (-5, -5))
    (found,) = find(path)
    assert isinstance(found, Saved)
    assert found.report.received is None


@settings(max_examples=100, deadline=None)
@given(
    content=st.binary(max_size=60)
    | st.lists(st.sampled_from([REPORT, b"", b"?", b"\xff"])).map(b"\n".join)
)
@example(content="\u2003\x1c".encode())
def test_whatever_is_in_a_file_each_part_is_a_text_or_told(content: bytes) -> None:
    found = list(ReportFiles().read("-", io.BytesIO(content), None))
    assert found
    assert all(each.report.body.strip() for each in found if isinstance(each, Saved))
    assert sum(map(len, bodies(found))) <= len(content)
