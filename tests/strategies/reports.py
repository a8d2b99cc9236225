"""Report bodies for property tests: any, and some that look much like a real one."""

import json
from typing import Any

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
        "ErrorsActualLength",
        "BackendStatistics",
        "KnownFileSize",
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
        "AddedFiles: 3",
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
        "Duplicati Restore report for A (B), C (7c0d5e2b94f14a3e, nightly, nas)",
        "Duplicati report for ",
    ]
)

_BACKUP = {"name": "daily", "status": "success", "startTime": "2024-01-15T02:00:00Z"}
_NUMBERS = st.integers() | st.floats() | st.integers(min_value=-(2**70), max_value=2**70)
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
    """Return texts that begin as Duplicati's text reports do."""
    lines = st.lists(_LINES | st.text(), max_size=12)
    name = st.text()
    return st.builds(
        lambda header, subject, rest: "\n".join((header + subject, *rest)).encode(
            "utf-8", "surrogatepass"
        ),
        _HEADERS,
        name,
        lines,
    )
