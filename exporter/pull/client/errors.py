"""Errors of a server. The text says what is wrong and what to do; it never contains a secret."""


class ServerError(Exception):
    """The server does not answer a request as expected."""


class GoneError(ServerError):
    """The requested resource does not exist, or no longer."""


class AccessError(ServerError):
    """No request can succeed: the server is not reached, or denies access."""


class StoppedError(Exception):
    """The program ends, so the request is not tried again."""
