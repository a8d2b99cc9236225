"""The address of a PostgreSQL, and the timeouts of its connections.

A machine that died does not answer: without our own timeouts, a connection to it would wait for two
hours. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from exporter.store.errors import StoreError

_DEFAULTS: dict[str, str | int] = {
    "connect_timeout": 2,
    "tcp_user_timeout": 4000,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "application_name": "duplistatus",
}
_PASSWORDS = ("password", "sslpassword")
_INVALID = """\
the database's URL is not valid: write postgresql://USER@HOST/DATABASE, and any @, / or ? of a \
password as %40, %2F or %3F"""


class Address:
    """A database by its URL; its text form has no passwords."""

    def __init__(self, url: str) -> None:
        """Parse a URL.

        Raises:
            StoreError: it is not a URL of PostgreSQL.
        """
        try:
            given = conninfo_to_dict(url)
        except ProgrammingError:
            # The error of libpq may quote the password.
            raise StoreError(_INVALID) from None
        if _breaks_up_password(url):
            raise StoreError(_INVALID)
        shown = {key: value for key, value in given.items() if key not in _PASSWORDS}
        self._shown = make_conninfo("", **shown)
        several = "," in str(given.get("host", ""))
        # Of several hosts only the one that accepts writes is the primary.
        wanted = {"target_session_attrs": "read-write"} if several else {}
        self.conninfo = make_conninfo("", **{**_DEFAULTS, **wanted, **given})

    def __str__(self) -> str:
        return self._shown or "the default PostgreSQL"


def _breaks_up_password(url: str) -> bool:
    """Return whether libpq reads a part of the password as host or name, which are shown."""
    user, at, rest = url.partition("://")[2].partition("?")[0].partition("@")
    return "@" in rest or (bool(at) and "/" in user)
