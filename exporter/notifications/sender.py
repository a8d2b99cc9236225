"""Sends one message through Apprise, then ends: ``python -m exporter.notifications.sender``.

One line of JSON comes on stdin: url, title, text, html, kind. One goes to stdout: ok, came_back. It
is a process of its own, so that no memory stays taken in the daemon, and a kill ends whatever
hangs. It ends when stdin does: the daemon holds the other end.
"""

import contextlib
import json
import logging
import os
import re
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from exporter.notifications.secrecy import without_secrets

if TYPE_CHECKING:
    from apprise import NotifyBase

MISSING = "the extra is not installed: install duplistatus-exporter[notify]"
_REFUSED = "not accepted"
UNKNOWN = "Apprise does not know this kind of address, or a part of the address is missing"

_NICENESS = 10
_MAX_SECONDS = 60
"""The daemon kills it much earlier, unless the daemon itself stands still."""

_MAX_BYTES = 256 * 1024 * 1024
"""Of memory: an answer without an end must not take all of the machine's."""

_MAX_LINES = 20
_CAUSE = re.compile(r"[A-Za-z/ ]*Exception\b[a-z_ ]*: ")
"""How Apprise begins the line that says why; it is for debugging, as are the lines with secrets."""

_CAUSED_BY = re.compile(
    r".*\(Caused by \w+\(.*?Connection\(.*?\): (?P<cause>.*?)[\"']?\)\)", re.DOTALL
)
"""What requests wraps around the cause, which is all that helps a person."""

_MAIL_CHARACTERS = 10_000
"""What takes so much is a mail. Chats such as Telegram have some tags of HTML, but no tables."""


class Content(NamedTuple):
    """What is sent: one line, a text, the same in HTML, and what Apprise calls its kind."""

    title: str
    text: str
    html: str
    kind: str


def main() -> None:
    """Read a message, send it, write what came back, and end."""
    _limit_itself()
    answers = _take_stdout()
    request = sys.stdin.buffer.readline()
    if not request:
        return
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    error = _try(**json.loads(request))
    os.write(answers, json.dumps({"ok": error is None, "came_back": error or ""}).encode())
    os._exit(0)  # without waiting for what a service may have left running


def _limit_itself() -> None:
    """Take less of the machine than the daemon does, as far as the system lets a process ask."""
    signal.alarm(_MAX_SECONDS)
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)  # before the import of Apprise, which is most of the work
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (_MAX_BYTES, _MAX_BYTES))


def _take_stdout() -> int:
    """Return a descriptor for the answer alone: what else is printed goes nowhere.

    It is open until the process ended, so that who reads to its end knows the exit code.
    """
    own = os.dup(sys.stdout.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return own


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _try(url: str, title: str, text: str, html: str, kind: str) -> str | None:
    """Send a message; return the error without secrets, None if there was none."""
    with _listening() as told:
        try:
            error = _send(url, Content(_line(title), _encodable(text), _encodable(html), kind))
        except BaseException as failure:  # noqa: BLE001 - it is the answer, whatever it is
            error = f"{type(failure).__name__}: {failure}"
    if error is None or error == MISSING:
        return error
    return without_secrets(url, ": ".join(filter(None, (error, "; ".join(filter(None, told))))))


def _send(url: str, content: Content) -> str | None:
    try:
        import apprise  # noqa: PLC0415 - only at a lower priority, and it may be missing
    except ModuleNotFoundError as error:
        if error.name != "apprise":
            raise
        return MISSING
    # No pictures: they would be fetched from Apprise's repository by whoever reads the message.
    asset = apprise.AppriseAsset(app_id="duplistatus", image_url_mask="", image_url_logo="")
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        return UNKNOWN
    return None if _notify(service, content) else _REFUSED


def _notify(service: "NotifyBase", content: Content) -> bool:
    """Pass a message to a service in the form that suits it; return whether it was accepted."""
    from apprise import Apprise, NotifyFormat, NotifyType, OverflowMode  # noqa: PLC0415 - as above

    as_html = bool(content.html) and _takes_html(service)
    if as_html:
        _give_plain_part(service, content.text)
    elif service.overflow_mode == OverflowMode.UPSTREAM:
        service.overflow_mode = OverflowMode.TRUNCATE  # the service would refuse all of it
    service.request_rate_per_sec = 0  # one message is no flood, and to wait would take too long
    sending = Apprise(asset=service.asset)
    sending.add(service)
    body = content.html if as_html else content.text
    form = NotifyFormat.HTML if as_html else NotifyFormat.TEXT
    kind = NotifyType(content.kind)
    return bool(sending.notify(body=body, title=content.title, notify_type=kind, body_format=form))


def _takes_html(service: "NotifyBase") -> bool:
    """Return whether a service shows HTML as it is meant, and the address does not forbid it."""
    from apprise import NotifyFormat  # noqa: PLC0415 - as above

    unasked, asked = service.resolve_format(), service.resolve_format(NotifyFormat.HTML)
    return unasked == asked == NotifyFormat.HTML and service.body_maxlen > _MAIL_CHARACTERS


def _give_plain_part(service: "NotifyBase", text: str) -> None:
    """Let the plain part of a mail be the text: Apprise makes one of the HTML, a line a cell."""
    module = sys.modules[type(service).__module__]
    if hasattr(module, "convert_between"):
        module.convert_between = lambda *_: text  # type: ignore[attr-defined] # it was just seen


def _line(text: str) -> str:
    """Return a title that no line break or control character can make more of than a title."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(plain.split())


def _encodable(text: str) -> str:
    """Return a text without lone surrogates, which no service takes."""
    return text.encode(errors="replace").decode()


class _Lines(logging.Handler):
    """Keeps the first lines of Apprise's log that say what went wrong.

    None that has an address: in it Apprise leaves the first and last characters of each secret.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning, and the line for debugging that says why."""
        line = record.getMessage()
        telling = record.levelno >= logging.WARNING or _CAUSE.match(line)
        if telling and "://" not in line and len(self.lines) < _MAX_LINES:
            cause = _CAUSED_BY.sub(r"\g<cause>", _CAUSE.sub("", line))
            self.lines.append(cause.rstrip(". "))


@contextlib.contextmanager
def _listening() -> Iterator[list[str]]:
    """Yield the lines that Apprise logs meanwhile of what went wrong."""
    handler, log = _Lines(), logging.getLogger("apprise")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    yield handler.lines


if __name__ == "__main__":
    main()
