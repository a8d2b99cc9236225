"""The socket that the daemon listens on: opened here, or handed over by systemd."""

import errno
import os
import socket
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

_FIRST_HANDED_OVER = 3
"""sd_listen_fds(3): the descriptors after stdin, stdout and stderr."""

_BACKLOG = 1024


class ListenError(Exception):
    """The address cannot be listened on; the text says why and what to do."""


def listen(host: str | None, port: int) -> socket.socket:
    """Return a socket that listens; no host means every interface, IPv4 and IPv6.

    Raises:
        ListenError: the address is taken, is not this machine's, or needs more rights.
    """
    try:
        if host is not None:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        return _listen_everywhere(port)
    except OSError as error:
        raise ListenError(_why_not(host, port, error)) from error


def _listen_everywhere(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(
                ("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG
            )
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
    return socket.create_server(("", port), backlog=_BACKLOG)


def _why_not(host: str | None, port: int, error: OSError) -> str:
    where = f"port {port} of {host or 'this machine'}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use: stop the other program or choose another with --listen"
    if error.errno == errno.EACCES:
        return f"{where} needs more rights: choose one above 1023 with --listen"
    return f"{where} cannot be listened on ({error.strerror}): choose another with --listen"


def handed_over(environment: MutableMapping[str, str]) -> socket.socket | None:
    """Return the socket that systemd listens on for this process; None if there is none.

    It stays open while the daemon is restarted, and what comes meanwhile waits in its queue. The
    variables are removed: they are not meant for child processes.

    Raises:
        ListenError: it is not exactly one listening TCP socket.
    """
    process, count = (environment.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS"))
    environment.pop("LISTEN_FDNAMES", None)
    if process != str(os.getpid()) or count in ("", "0"):
        return None
    if count != "1":
        message = f"{count} sockets are handed over: leave one ListenStream= in the socket unit"
        raise ListenError(message)
    return _checked(_FIRST_HANDED_OVER)


def _checked(descriptor: int) -> socket.socket:
    wrong = "the socket that is handed over must be a listening TCP socket: see ListenStream="
    try:
        found = socket.socket(fileno=descriptor)
        listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise ListenError(wrong) from error
    if found.family not in (socket.AF_INET, socket.AF_INET6) or not listens:
        found.close()
        raise ListenError(wrong)
    found.set_inheritable(False)
    return found


@contextmanager
def held_to_the_end(listening: socket.socket) -> Iterator[socket.socket]:
    """Leave a socket open until the process ends, so that no connection is refused before."""
    try:
        yield listening
    except BaseException:
        listening.close()
        raise
    listening.detach()
