"""Who may change something: whoever has the admin token."""

import hmac

import falcon

from api.errors import ApiError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="duplistatus"'}


class Guard:
    """Admits requests that carry the admin token."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def admit(self, req: falcon.Request) -> None:
        """Return where the request may change something.

        Raises:
            ApiError: 401 without a token, 403 with a wrong one.
        """
        scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            message = "Send the admin token as Authorization: Bearer TOKEN"
            raise ApiError(401, message, headers=_CHALLENGE)
        if not hmac.compare_digest(token.strip().encode(), self._token):
            raise ApiError(403, "This is not the admin token")
