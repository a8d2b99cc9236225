"""Whether a body that was refused was meant as a report.

Checks the first bytes of a body that could not be read, so nothing here depends on its being whole,
in one encoding or of one shape: it is enough that it has what only reports have.
"""

import re
from urllib.parse import unquote_to_bytes

SEARCHED_BYTES = 64 * 1024

_RESULTS = (
    b"MainOperation|ParsedResult|BeginTime|EndTime|Interrupted|PartialBackup|Dryrun|"
    b"(?:Deleted|Added|Modified|Examined|Opened|NotProcessed|TooLarge)(?:Files|Folders|Symlinks)|"
    b"SizeOf(?:Modified|Added|Examined|Opened|Uploaded)Files|FilesWithError|"
    b"(?:Messages|Warnings|Errors)ActualLength"
)
_LINE = re.compile(b"(?m)^[ \t]{0,20}(?:" + _RESULTS + b")[ \t]{0,20}:")
_HEADER = re.compile(rb"Duplicati [A-Za-z]{1,40} report for ")
_KEY = re.compile(
    b'"(?:Data|Extra|LogLines|Exception|OperationName|BackendStatistics|backup|'
    b"backup-(?:name|id)|machine-(?:name|id)|destination-type|next-scheduled-run|"
    + _RESULTS
    + rb')"\s{0,20}:'
)
_SERVER = re.compile(rb'"server"\s{0,20}:\s{0,20}\{')
"""Of the documented shape; with a text as its value other programs send such a key, too."""

_TOGETHER = (
    (b'"startTime"', b'"status"'),  # of the documented shape's backup, without the object around it
    (b"\nFailed: ", b"\nDetails: "),  # all that an old Duplicati reports of a run that died
)
"""What only reports have together."""


def looks_like_report(body: bytes) -> bool:
    """Return whether a body has result lines, or keys of Data, of Extra or the documented shape."""
    # UTF-16 has a zero next to each letter of these names.
    text = b"\n" + body[:SEARCHED_BYTES].replace(b"\0", b"")
    return _holds_any(text) or _holds_any(_unquoted(text))


def _holds_any(text: bytes) -> bool:
    if any(pattern.search(text) for pattern in (_HEADER, _LINE, _KEY, _SERVER)):
        return True
    return any(all(part in text for part in parts) for parts in _TOGETHER)


def _unquoted(text: bytes) -> bytes:
    """Return the text of a form, with each field's value on a line of its own."""
    return unquote_to_bytes(text.replace(b"+", b" ")).replace(b"=", b"\n")
