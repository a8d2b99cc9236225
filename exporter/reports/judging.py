"""The status of a run, and of the verification of its stored files, from its results.

Values that cannot be read never improve a status: a success with such values is a warning.
"""

import re
from collections.abc import Mapping
from typing import Any

from exporter.model import Status, Verification
from exporter.reports.fields import Reader
from exporter.times import Millis

TEST = "Test"
"""Duplicati's name of the operation that tests stored files."""

_ABORT = "OperationAbortException"
_ABORTED = ("normal", "warning", "0", "1")
"""Reasons why a script prevents a backup, by name or as numbered; any other is a failure."""

_SAYS_NO = re.compile(r"\bexit code [13]\b")
"""A script exits with 1 or 3 to prevent the backup without an error (RunScript.cs)."""

_STATUSES = {status.value: status for status in Status}
_UNSET = (False, None)
_FLAGS = ("Interrupted", "PartialBackup", "Fatal")
_COUNTS = ("ErrorsActualLength", "WarningsActualLength", "FilesWithError")
_FAULT = "Error"
"""The key under which Duplicati 2.1 lists what it found, instead of a file's name."""


def is_exception(data: Mapping[str, Any]) -> bool:
    """Return whether an object is a .NET exception: results have none of these keys."""
    known = ("ClassName", "StackTrace", "StackTraceString", "HResult", "Message", "AbortReason")
    return "MainOperation" not in data and any(key in data for key in known)


def was_aborted(exception: Mapping[str, Any]) -> bool:
    """Return whether an exception says that a script prevented the backup, without an error."""
    reason = exception.get("AbortReason")
    if reason is None:
        return tells_abort(f"{exception.get('ClassName')}: {exception.get('Message')}")
    return str(reason).strip().lower() in _ABORTED


def tells_abort(died: str | None) -> bool:
    """Return whether the text of an exception, which has no AbortReason, says the same."""
    return died is not None and _ABORT in died and _SAYS_NO.search(died) is not None


def status(results: Reader) -> Status:
    """Return the status of results: their counts take precedence over their own result."""
    said = _said(results)
    if said is Status.SUCCESS and _is_quiet(results.values):
        return said
    if said is Status.FATAL or results.flag("Fatal"):
        return Status.FATAL
    if results.flag("Interrupted") or results.flag("PartialBackup"):
        return Status.INTERRUPTED
    return _by_its_counts(results, said) if said.completed else said


def _by_its_counts(results: Reader, said: Status) -> Status:
    if results.count("ErrorsActualLength"):
        return Status.ERROR
    if results.count("WarningsActualLength") or results.count("FilesWithError"):
        return Status.WARNING
    return Status.WARNING if _is_doubtful(results) else said


def _said(results: Reader) -> Status:
    """Return the results' own status."""
    if results.values.get("ParsedResult") == "Success":
        return Status.SUCCESS
    result = (results.text("ParsedResult") or "").strip().lower()
    return _STATUSES.get(result, Status.UNKNOWN)


def _is_quiet(values: Mapping[str, Any]) -> bool:
    """Return whether nothing contradicts a success, as in nearly every report."""
    for key in _FLAGS:
        if values.get(key) not in _UNSET:
            return False
    for key in _COUNTS:
        value = values.get(key)
        if value is not None and (type(value) is not int or value):
            return False
    return True


def _is_doubtful(results: Reader) -> bool:
    """Return whether a value that decides is present and cannot be read."""
    values = results.values
    flags = [key for key in _FLAGS if not isinstance(values.get(key), bool)]
    counts = [key for key in _COUNTS if results.count(key) is None]
    return any(results.has(key) and results.flag(key) is None for key in flags) or any(
        map(results.has, counts)
    )


def verification(
    operation: str, results: Reader, ended: Status, began: Millis | None
) -> Verification | None:
    """Return the verification of stored files: an operation of its own, or part of a backup.

    Args:
        operation: what the run was.
        results: its results.
        ended: how the whole run ended.
        began: when the whole run started.
    """
    if operation == TEST:
        return _died_testing(results, began) if ended is Status.FATAL else _tested(results)
    if not results.values.get("TestResults"):
        return None
    tested = results.inner("TestResults")
    if ended is not Status.FATAL:
        return _tested(tested) if tested.values.get("Verifications") else None
    # Of a run that died no nested result is trusted, except that its test did not finish.
    return _died_testing(tested, began) if _is_unfinished(tested) else None


def _is_unfinished(tested: Reader) -> bool:
    return tested.has("EndTime") and tested.timestamp("EndTime") is None


def _died_testing(tested: Reader, began: Millis | None) -> Verification | None:
    at = tested.timestamp("BeginTime") or began or tested.timestamp("EndTime")
    return None if at is None else Verification(at, Status.FATAL)


def _tested(tested: Reader) -> Verification | None:
    ended, outcome = tested.timestamp("EndTime"), status(tested)
    if ended is None or outcome is Status.INTERRUPTED:
        return None
    found = faults(tested.values.get("Verifications"))
    if found:
        return Verification(ended, outcome.worse(Status.ERROR))
    return None if found is None and outcome.completed else Verification(ended, outcome)


def faults(files: object) -> bool | None:
    """Return whether any file of a verification failed, None where that cannot be read."""
    if not isinstance(files, list):
        return False if files is None else None
    unread = False
    for file in files:
        if not isinstance(file, dict):
            unread = True
        elif _is_faulty(file):
            return True
    return None if unread else False


def first_fault(operation: str, results: Reader) -> str | None:
    """Return which stored file failed its test and why, the first of them; None without any."""
    tested = results if operation == TEST else results.inner("TestResults")
    files = tested.values.get("Verifications")
    if not isinstance(files, list):
        return None
    faulty = (file for file in files if isinstance(file, dict) and _is_faulty(file))
    return next(map(_told, faulty), None)


def _is_faulty(file: Mapping[str, Any]) -> bool:
    return bool(file.get("Value")) or file.get("Key") == _FAULT


def _told(file: Mapping[str, Any]) -> str:
    """Return a fault in words; what was found is a text, or a list of texts or of pairs."""
    name, found = file.get("Key"), file.get("Value")
    first = found[0] if isinstance(found, list) and found else found
    problem = first.get("Value") if isinstance(first, dict) else first
    is_named = isinstance(name, str) and name not in ("", _FAULT)
    subject = f"{name} failed its test" if is_named else "a stored file failed its test"
    return f"{subject}: {problem}" if isinstance(problem, str) and problem else subject
