"""The clock of a process, set from outside: libfaketime, which Debian has."""

from collections.abc import Mapping
from pathlib import Path

from exporter.times import Millis, format_timestamp

_LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class SettableClock:
    """The clock of the daemons that are started with `variables`; it runs on from what is set."""

    def __init__(self, folder: Path, now: Millis) -> None:
        self._file = folder / "clock"
        self.set(now)

    def set(self, now: Millis) -> None:
        """Set it: with `@` the clock continues from that time."""
        text = format_timestamp(now).partition(".")[0].replace("T", " ")
        waiting = self._file.with_suffix(".new")
        waiting.write_text(f"@{text}\n", encoding="ascii")
        waiting.replace(self._file)

    @property
    def variables(self) -> Mapping[str, str]:
        """What a process needs in its environment. The count that nobody can set is let alone."""
        return {
            "LD_PRELOAD": _library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
            "TZ": "UTC",
        }


def _library() -> str:
    found = sorted(Path("/").glob(_LIBRARIES.removeprefix("/")))
    assert found, "libfaketime is missing: apt-get install libfaketime, as tests/run does"
    return str(found[0])
