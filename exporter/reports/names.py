"""Names and identities in a text report: from its first line or from lines of their own.

Duplicati's own first line is ``Duplicati Backup report for NAME (MACHINE-ID, BACKUP-ID, MACHINE)``,
before 2.0.8 without what is in parentheses. People write others with ``--send-http-message``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

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
"""No job has such a name: one of these with a colon marks the end of a name."""

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

_WITHIN = re.compile(
    r"^(?P<name>.*) \((?P<machine_id>[^\s,()]*), (?P<backup_id>DB-[0-9]+), "
    r"(?P<machine>[^()]*)\)(?=\W)"
)
"""The usual identities followed by words, which are not part of a name."""

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
_NO_NAME = re.compile(rf"(?:backup|job)\s*[:=]\s*(?:{_OUTCOME}|[0-9]+)", re.IGNORECASE)
"""Lines with how a backup ended, or how many there were; after "Backup name:" it is a name."""

_PLACEHOLDER = re.compile(r"%[^%]*%")

_LOOKED_AT = 300
"""Lines of a text that are searched for names; Duplicati's own are in the first."""

_MAX_SUBJECT = 4 * MAX_NAME + 8
"""Two names, two identities and what is between; more would only slow the patterns down."""


def is_header(line: str) -> bool:
    """Return whether a line starts a report as Duplicati's own first line does."""
    return _HEADER.match(line.strip()) is not None


def is_sentence(line: str) -> bool:
    """Return whether a line names a backup, as a header or as the documentation's example does."""
    return is_header(line) or _SENTENCE.match(line.strip()) is not None


def end_of_words(line: str, *, failure: bool) -> int | None:
    """Return where in a line the first result starts, None where there is none.

    Duplicati's own first line has none where it ends with identities: before them is a name,
    whatever it looks like.

    Args:
        line: one that starts with other words.
        failure: whether the text of a failure may start in it, too.
    """
    header = _HEADER.match(line) if len(line) <= _MAX_SUBJECT else None
    if header is not None and _identified(header["subject"].rstrip()) is not None:
        return None
    return _start_of_result(line, failure=failure)


def end_of_name(line: str, start: int, others: Iterable[str], *, failure: bool) -> int | None:
    """Return where the first result starts in a line in which `start` may be one, or a name.

    Where nothing else could be the name in Duplicati's first line, and another line has the same
    result, it is the name: a backup may be called "ParsedResult: Success".
    """
    header = _HEADER.match(line[:start])
    if header is None or header["subject"].strip():
        return start
    key = line[start:].partition(":")[0] + ":"
    if not any(other.startswith(key) for other in others):
        return start
    return _start_of_result(line, failure=failure, at=start + len(key))


def _start_of_result(line: str, *, failure: bool, at: int = 0) -> int | None:
    found = _RESULT.search(line, at, _MAX_SUBJECT)
    failed = _FAILURE.search(line, at, _MAX_SUBJECT) if failure else None
    starts = [match.start() for match in (found, failed) if match is not None]
    return min(starts) if starts else None


def named_by(lines: Sequence[str], outcomes: Iterable[str]) -> dict[str, str]:
    """Return what lines say of machine and backup, by the names of the JSON report.

    Args:
        lines: those that are neither log nor failure.
        outcomes: how the run ended, in the words that may follow a name.
    """
    looked_at = [line.strip() for line in lines[:_LOOKED_AT]]
    said = {outcome.lower() for outcome in outcomes}
    found = dict(_own_lines(looked_at))
    for pattern, parse in ((_HEADER, _header), (_SENTENCE, _sentence)):
        match = next(filter(None, map(pattern.match, looked_at)), None)
        if match is not None:
            named = {"OperationName": match["operation"], **parse(match["subject"].rstrip(), said)}
            return found | {key: value.strip() for key, value in named.items() if value.strip()}
    return found


def _bounded(subject: str) -> str:
    """Return a subject up to where a result starts, and no more than is searched."""
    end = _start_of_result(subject, failure=False)
    subject = subject[:end].rstrip() if end else subject
    return subject[:_MAX_SUBJECT]


def _without_outcome(subject: str, said: set[str]) -> str:
    """Return a name without ``%PARSEDRESULT%`` after it, where the results say the same."""
    found = _TRAILING.search(subject, max(0, len(subject) - 40))
    if found is None or found["outcome"].lower() not in said:
        return subject
    name = subject[: found.start()]
    return subject if not name or name in RESULT_NAMES else name


def _identified(subject: str) -> re.Match[str] | None:
    """Return the match of a subject that ends with identities; no result is part of these."""
    if len(subject) > _MAX_SUBJECT:
        return None
    found = next(filter(None, (re.match(each, subject) for each in _IDENTITIES)), None)
    if found is None or _start_of_result(found["machine"], failure=True) is not None:
        return None
    closed_before = found["machine"].partition("(")[0].count(")")
    return None if closed_before else found  # else the parentheses of something after it


def _header(subject: str, said: set[str]) -> Mapping[str, str]:
    named = _named(subject, said)
    found = _identified(subject) or _identified(named) or _WITHIN.match(named)
    if found is None:
        return {"backup-name": named}
    return {
        "backup-name": found["name"],
        "machine-id": found["machine_id"],
        "backup-id": found["backup_id"],
        "machine-name": found["machine"],
    }


def _sentence(subject: str, said: set[str]) -> Mapping[str, str]:
    subject = _named(subject, said)
    name, on, machine = subject.rpartition(" on ")
    return {"backup-name": name, "machine-name": machine} if on else {"backup-name": subject}


def _named(subject: str, said: set[str]) -> str:
    return _without_outcome(_bounded(subject), said)


def _own_lines(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    known: set[str] = set()
    for line in lines:
        for key, pattern in _OWN_LINES.items():
            found = None if key in known or _NO_NAME.fullmatch(line) else pattern.match(line)
            if found is not None and _PLACEHOLDER.fullmatch(found[1].strip()) is None:
                known.add(key)
                yield key, _bounded(found[1].strip())
