"""Admission of the users of a web configuration file: a name and a password, sent as Basic."""

from collections.abc import Sequence

import falcon

from api.client_address import Network, address_of
from api.errors import ApiError
from api.throttle import WINDOW, Throttle
from exporter.auth import OF_USERS, Authorizer, Scope, TokenGrant, grants_of_user
from exporter.times import SECOND
from exporter.web_users import WebUsers

_TOO_MANY = "Too many wrong passwords: wait a minute"


class BasicUsers:
    """Finds what a user's password grants. A check is slow, so wrong ones are few in a minute."""

    def __init__(self, trusted_proxies: Sequence[Network], throttle: Throttle) -> None:
        self._trusted = trusted_proxies
        self._throttle = throttle

    def grants(
        self, req: falcon.Request, scope: Scope, authorizer: Authorizer, sent: tuple[str, str]
    ) -> tuple[TokenGrant, ...]:
        """Return the grants of a user and a password; nothing where they are not known.

        Raises:
            ApiError: 429, too many were wrong.
        """
        users = authorizer.users
        if users is None or scope not in OF_USERS or not sent[0]:
            return ()
        known = users.remembered(*sent)
        if known is None:
            known = self._checked(users, sent, address_of(req, self._trusted))
        return grants_of_user(sent[0]) if known else ()

    def _checked(self, users: WebUsers, sent: tuple[str, str], address: str) -> bool:
        """Check a password, unless it was checked while this waited for its turn."""
        with users.checking:
            known = users.remembered(*sent)
            if known is not None:
                return known
            if not self._throttle.admits(address):
                seconds = str(WINDOW // SECOND)
                raise ApiError(429, _TOO_MANY, headers={"Retry-After": seconds})
            right = users.check(*sent)
        if right:
            self._throttle.forgive(address)
        return right
