"""Whom a text report is about: names and identities from its first line or from lines of their own.

Duplicati's own first line is ``Duplicati Backup report for NAME (MACHINE-ID, BACKUP-ID, MACHINE)``,
before 2.0.8 without what is in parentheses. People write others with ``--send-http-message``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from exporter.reports.errors import Problem, ReportError
from exporter.reports.fields import MAX_NAME

RESULT_NAMES = frozenset(
    """
    DeletedFiles DeletedFolders ModifiedFiles ExaminedFiles OpenedFiles AddedFiles
    SizeOfModifiedFiles SizeOfAddedFiles SizeOfExaminedFiles SizeOfOpenedFiles NotProcessedFiles
    AddedFolders TooLargeFiles FilesWithError TimestampChangedFiles ModifiedFolders ModifiedSymlinks
    AddedSymlinks DeletedSymlinks PartialBackup MainOperation CompactResults VacuumResults
    DeleteResults RepairResults TestResults LockResults RemoteSynchronizationResults ParsedResult
    EndTime BeginTime MessagesActualLength WarningsActualLength ErrorsActualLength LimitedMessages
    LimitedWarnings LimitedErrors BackendStatistics RestoredFiles RestoredFolders RestoredSymlinks
    SizeOfRestoredFiles PatchedFiles RestorePath BrokenLocalFiles BrokenRemoteFiles
    RecreateDatabaseResults VerificationsActualLength Verifications DeletedSetsActualLength
    DeletedSets DeletedFileCount DownloadedFileCount UploadedFileCount DeletedFileSize
    DownloadedFileSize UploadedFileSize RemovedFileCount RemovedFileSize UpdatedFileCount
    RewrittenFileLists FilesUploaded SourceFiles SizeOfSourceFiles SizeOfUploadedFiles
    UnchangedFiles FilesDeleted FoldersCreated FoldersDeleted EncryptedFiles
    """.split()  # noqa: SIM905 - a list of one in a line would be eighty lines
)
"""What no job is called: where one of these and a colon stand, a name has ended."""

_RESULT = re.compile(
    rf"(?<![\w.])(?:(?:{'|'.join(sorted(RESULT_NAMES, key=len, reverse=True))}):"
    r"|[A-Z][a-z]+(?:[A-Z][a-z]+)+: (?:-?[0-9]+|True|False|null|\[\]?)$)"
)
_FAILURE = re.compile(r"(?<![\w.])Failed:")

_HEADER = re.compile(
    r"^(?:.{0,80}?[\s=:\[\](),;|*#>-])??Duplicati (?:\S{1,30} )??(?P<operation>[A-Z][A-Za-z]*)"
    r" report for ?(?P<subject>.*)$"
)
_SENTENCE = re.compile(r"^Duplicati (?P<operation>[A-Z][A-Za-z]*) for (?P<subject>\S.*)$")
"""The first line of the example in Duplicati's documentation, ``… for NAME on MACHINE``."""

_IDENTITIES = (
    r"^(?P<name>.*) \((?P<machine_id>[^\s,()]*), (?P<backup_id>DB-[0-9]+), (?P<machine>.*)\)$",
    r"^(?P<name>.*) \((?P<machine_id>[\w-]{16,}), (?P<backup_id>[^\s,()]+), (?P<machine>.*)\)$",
)
"""What follows the header: since 2.0.8 with identities, before without. Names may hold commas and
parentheses, so the usual form of a backup's id is tried first."""

_OUTCOME = r"(?:success|warning|error|fatal|unknown)"
_TRAILING = re.compile(
    rf"[\s:,;|/=>\u2013\u2014-]+[\[(]?\s*(?P<outcome>{_OUTCOME})\s*[\])]?[.!]?\s*$", re.IGNORECASE
)
_OWN_LINES = {
    "backup-name": re.compile(r"(?:backup|job)(?:[ _-]?name)?\s*[:=]\s*(\S.*)", re.IGNORECASE),
    "machine-name": re.compile(
        r"(?:machine|computer|host)(?:[ _-]?name)?\s*[:=]\s*(\S.*)", re.IGNORECASE
    ),
    "backup-id": re.compile(r"backup[ _-]?id\s*[:=]\s*(\S+)", re.IGNORECASE),
    "machine-id": re.compile(r"machine[ _-]?id\s*[:=]\s*(\S+)", re.IGNORECASE),
}
_ONLY_OUTCOME = re.compile(rf"{_OUTCOME}|[0-9]+|%[^%]*%", re.IGNORECASE)

_LOOKED_AT = 300
"""Lines of a text in which names are looked for; Duplicati's own stand in the first."""

_MAX_SUBJECT = 4 * MAX_NAME + 8
"""Two names, two identities and what stands between; more would only slow the patterns down."""


def is_header(line: str) -> bool:
    """Tell whether a line begins a report as Duplicati's own first line does."""
    return _HEADER.match(line.strip()) is not None


def is_sentence(line: str) -> bool:
    """Tell whether a line names a backup, as a header or as the documentation's example does."""
    return is_header(line) or _SENTENCE.match(line.strip()) is not None


def end_of_words(line: str, *, failure: bool) -> int | None:
    """Return where in a line the first result begins, None where there is none.

    Args:
        line: one that begins with other words.
        failure: whether the text of a failure may begin in it, too.
    """
    found = _RESULT.search(line, 0, _MAX_SUBJECT)
    failed = _FAILURE.search(line, 0, _MAX_SUBJECT) if failure else None
    starts = [match.start() for match in (found, failed) if match is not None]
    return min(starts) if starts else None


def told_by(lines: Sequence[str], outcomes: Iterable[str]) -> dict[str, str]:
    """Return what lines tell of machine and backup, by the names of the JSON report.

    Args:
        lines: those that are neither log nor failure.
        outcomes: how the run ended, in the words that may stand behind a name.

    Raises:
        ReportError: a name is longer than any.
    """
    looked_at = [line.strip() for line in lines[:_LOOKED_AT]]
    said = {outcome.lower() for outcome in outcomes}
    found = dict(_own_lines(looked_at))
    for pattern, parse in ((_HEADER, _header), (_SENTENCE, _sentence)):
        match = next(filter(None, map(pattern.match, looked_at)), None)
        if match is not None:
            subject = _without_outcome(_checked(match["subject"].rstrip()), said)
            told = {"OperationName": match["operation"], **parse(subject)}
            return found | {key: value.strip() for key, value in told.items() if value.strip()}
    return found


def _checked(subject: str) -> str:
    """Return what names something up to where a result begins, if it is not too long."""
    end = end_of_words(subject, failure=False)
    subject = subject if end is None else subject[:end].rstrip()
    if len(subject) > _MAX_SUBJECT:
        raise ReportError(Problem("backup-name", f"longer than {MAX_NAME} characters"))
    return subject


def _without_outcome(subject: str, said: set[str]) -> str:
    """Leave out ``%PARSEDRESULT%`` behind a name: told by the results, it is no part of it."""
    found = _TRAILING.search(subject, max(0, len(subject) - 40))
    if found is None or found["outcome"].lower() not in said:
        return subject
    return subject[: found.start()] or subject


def _header(subject: str) -> Mapping[str, str]:
    for pattern in _IDENTITIES:
        found = re.match(pattern, subject)
        if found is not None:
            return {
                "backup-name": found["name"],
                "machine-id": found["machine_id"],
                "backup-id": found["backup_id"],
                "machine-name": found["machine"],
            }
    return {"backup-name": subject}


def _sentence(subject: str) -> Mapping[str, str]:
    name, on, machine = subject.rpartition(" on ")
    return {"backup-name": name, "machine-name": machine} if on else {"backup-name": subject}


def _own_lines(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    told: set[str] = set()
    for line in lines:
        for key, pattern in _OWN_LINES.items():
            found = None if key in told else pattern.match(line)
            if found is not None and _ONLY_OUTCOME.fullmatch(found[1].strip()) is None:
                told.add(key)
                yield key, _checked(found[1].strip())
