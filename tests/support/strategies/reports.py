"""Report bodies for property tests: any, and some that look much like a real one."""

import json
from typing import Any, NamedTuple

from hypothesis import strategies as st

_KEYS = st.sampled_from(
    [
        "Data",
        "Extra",
        "Exception",
        "LogLines",
        "server",
        "backup",
        "message",
        "messages",
        "level",
        "name",
        "status",
        "startTime",
        "endTime",
        "duration",
        "files",
        "MainOperation",
        "ParsedResult",
        "BeginTime",
        "EndTime",
        "Duration",
        "Version",
        "Message",
        "AbortReason",
        "ErrorsActualLength",
        "FilesWithError",
        "Interrupted",
        "PartialBackup",
        "BackendStatistics",
        "BytesUploaded",
        "KnownFileSize",
        "LastBackupDate",
        "CompactResults",
        "RemoteSynchronizationResults",
        "Destination",
        "TestResults",
        "Verifications",
        "Value",
        "backup-name",
        "machine-id",
        "next-scheduled-run",
    ]
)
_WORDS = st.sampled_from(
    [
        "Backup",
        "Test",
        "Success",
        "Fatal",
        "failed",
        "True",
        "12",
        "None",
        "Normal",
        "2025-04-21 23:45:46 01:00",
        "ssh://me:secret@host/path?query",
        "[Error-A.B-RemoteSyncFailed]: refused",
        "[Information-A.B-RemoteSyncSkipped]: not due: ssh://host",
        "2025-04-21T23:45:46.9712217Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.9999999-23:59",
        "2024-W01-1",
        "20260715T010000Z",
        "1.02:03:04.5000000",
        "00:00:00",
        "2.1.0.5 (2.1.0.5_stable_2025-03-04)",
        "\ufeff",
        "\ud800",
    ]
)
_LINES = st.sampled_from(
    [
        "Failed: refused",
        "Details: refused",
        "",
        "Log data:",
        "ParsedResult: Success",
        "MainOperation: Backup",
        "PartialBackup: True",
        "AddedFiles: 3",
        "Verifications: [",
        "    Value: [],",
        "]",
        "Backup Name: Photos &amp; more",
        "Duplicati Backup for Photos on nas",
        "Duplicati  Report",
        "======================",
        "CompactResults: DeletedFileCount: 0",
        "BackendStatistics: RemoteCalls: 11",
        "KnownFileSize: 7",
        "Log Messages:",
        "Exception: refused",
        "AddedFiles: -9223372036854775809",
        "BeginTime: 4/21/2025 11:45:46 PM (1745279146)",
        "EndTime: 1/1/0001 12:00:00 AM (-62135596801)",
        "[Error-A.B]: refused",
    ]
)
_HEADERS = st.sampled_from(
    [
        "Duplicati Backup report for ",
        "Duplicati Backup report for Photos (7c0d5e2b94f14a3e, DB-2, nas)",
        "Duplicati Warning, Backup report for Photos AddedFiles: 3",
        "Duplicati Backup for ",
        "",
        "Duplicati Restore report for A (B), C (7c0d5e2b94f14a3e, nightly, nas)",
        "Duplicati report for ",
    ]
)

_BACKUP = {"name": "daily", "status": "success", "startTime": "2024-01-15T02:00:00Z"}
_NUMBERS = (
    st.integers() | st.floats() | st.integers(min_value=-(2**70), max_value=2**70) | st.just(10**50)
)
_TEXTS = _WORDS | st.text()


def json_values() -> st.SearchStrategy[Any]:
    """Return any JSON value; its objects like the keys of reports."""
    leaves = st.none() | st.booleans() | _NUMBERS | _TEXTS
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(_KEYS | st.text(), inner, max_size=6)
        ),
        max_leaves=12,
    )


def json_objects() -> st.SearchStrategy[dict[str, Any]]:
    """Return objects of the known shapes, right but for a few fields that hold anything."""
    some = st.dictionaries(_KEYS, json_values(), max_size=3)
    data = some.map(lambda changed: {"ParsedResult": "Success", **changed})
    duplicati = st.fixed_dictionaries(
        {"Data": data},
        optional={"Extra": some, "LogLines": st.lists(_TEXTS), "Exception": json_values()},
    )
    documented = st.fixed_dictionaries(
        {
            "server": some.map(lambda changed: {"name": "web-1", **changed}),
            "backup": some.map(lambda changed: {**_BACKUP, **changed}),
        }
    )
    return duplicati | documented


def json_bodies() -> st.SearchStrategy[bytes]:
    """Return encoded JSON, with what Python writes and JSON forbids in it too."""
    values = json_values() | json_objects()
    escaped = values.map(lambda value: json.dumps(value).encode())
    plain = values.map(
        lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    )
    return escaped | plain


def text_bodies() -> st.SearchStrategy[bytes]:
    """Return texts much like Duplicati's text reports and those that people make."""
    lines = st.lists(_LINES | st.text(), max_size=20)
    name = st.text()
    return st.builds(
        lambda header, subject, rest: "\n".join((header + subject, *rest)).encode(
            "utf-8", "surrogatepass"
        ),
        _HEADERS,
        name,
        lines,
    )


class Told(NamedTuple):
    """A text report, and its content: the name of the backup, and how the run ended."""

    body: bytes
    backup: str
    result: str


_OUTCOMES = st.sampled_from(["Success", "Warning", "Error", "Fatal"])
_LAYOUTS = st.sampled_from(
    [
        "Duplicati Backup report for {name} (7c0d5e2b94f14a3e, DB-2, nas)\n\n{results}",
        "Duplicati Backup report for {name} (7c0d5e2b94f14a3e, DB-2, nas) {results}",
        "Duplicati Backup report for {name} (, DB-2, nas): {result}\n\n{results}",
        "Duplicati {result}, Backup report for {name}\n\n{results}",
        "[{result}] Duplicati Backup report for {name}\n\n{results}",
        "Duplicati Backup report for {name} {result} {results}",
        "Duplicati Backup report for {name} {results}",
        "Duplicati Backup for {name} on nas\n\nIt ended with {result}\n\n{results}",
        "Backup name: {name}\n\n{results}",
        "{results}\n\nBackup name: {name}",
    ]
)
_COUNTS = st.sampled_from(["DeletedFiles", "ExaminedFiles", "RestoredFiles", "SourceFiles"])
_HIDING = st.lists(
    st.sampled_from(
        [
            "ParsedResult: Success",
            "TestResults:\n    ParsedResult: Success\n    MainOperation: Test",
            "LimitedErrors: [\nParsedResult: Success\nErrorsActualLength: 0\n]",
            "CompactResults: DeletedFileCount: 0\nMainOperation: Compact\nParsedResult: Success",
            "Interrupted: False",
            "Fatal: False",
            "ErrorsActualLength: 0",
            "Space: 12 MB",
            "RequestId: 90210",
        ]
    ),
    max_size=4,
)
_FAILURE = "Failed: refused\nDetails: System.Exception: refused\n   at A.B()\n\n"
_NAMES = st.from_regex(
    r"[A-Z][a-z]{1,8}([ ,.:&()][ A-Za-z0-9äß(),.:&-]{0,12}[a-z0-9])?", fullmatch=True
)


@st.composite
def told_texts(draw: st.DrawFn) -> Told:
    """Return texts of the known layouts, with other lines around the results that decide."""
    name, result, layout = draw(_NAMES), draw(_OUTCOMES), draw(_LAYOUTS)
    before, after = draw(_HIDING), draw(_HIDING)
    lines = (
        f"{draw(_COUNTS)}: {draw(st.integers(0, 10**6))}",
        "MainOperation: Backup",
        *before,
        f"ParsedResult: {result}",
        "BeginTime: 4/21/2025 11:45:46 PM (1745279146)",
        *after,
    )
    failure = _FAILURE if result == "Fatal" and draw(st.booleans()) else ""
    text = layout.format(name=name, result=result, results=failure + "\n".join(lines))
    return Told(text.encode(), name, result)
