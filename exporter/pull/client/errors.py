"""What can go wrong with a server. The text says what, and what to do; it never holds a secret."""


class ServerError(Exception):
    """The server does not tell what it was asked."""


class GoneError(ServerError):
    """What was asked for is not there, or no longer."""


class AccessError(ServerError):
    """Nothing at all can be asked: the server is not reached, or does not let one in."""


class StoppedError(Exception):
    """The program is to end, so nobody waits for the answer."""
