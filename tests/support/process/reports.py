"""Reports to send to the process."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_PAYLOADS = Path(__file__).parents[1] / "payloads"


def payload(name: str) -> bytes:
    """Return a body of tests/support/payloads."""
    return (_PAYLOADS / name).read_bytes()


def payloads() -> list[bytes]:
    """Return every body of tests/support/payloads that is a report."""
    bodies = (path for path in sorted(_PAYLOADS.iterdir()) if path.suffix in (".json", ".txt"))
    return [path.read_bytes() for path in bodies]


def documented(
    server: str = "server-01",
    backup: str = "daily-backup",
    **fields: Any,  # noqa: ANN401 - JSON
) -> dict[str, Any]:
    """Return a report of the documented shape; fields replace those of its backup."""
    return {
        "server": {"name": server, "version": "2.0.7.1"},
        "backup": {
            "name": backup,
            "status": "success",
            "startTime": "2024-01-15T02:00:00.000Z",
            "endTime": "2024-01-15T03:30:00.000Z",
            "duration": 5400,
            "files": 1250,
            "size": 1073741824,
            "storageUsed": 536870912,
            **fields,
        },
    }


def ago(**length: float) -> str:
    """Return a timestamp so long ago as reports write it, without fractions of a second."""
    return f"{datetime.now(UTC) - timedelta(**length):%Y-%m-%dT%H:%M:%SZ}"


def nth(number: int, server: str = "server-01") -> dict[str, Any]:
    """Return one of many reports of one job, each of a run of its own."""
    began = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    status = ("success", "warning", "error", "fatal")[number % 4]
    return documented(
        server,
        status=status,
        startTime=began.isoformat(),
        endTime=(began + timedelta(minutes=10)).isoformat(),
        duration=600,
        files=number,
    )
