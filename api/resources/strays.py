"""Reports that were posted to a path that accepts none: they are refused, and kept."""

from http import HTTPStatus

import falcon

from api.auth import is_admitted
from api.reception import Reception
from api.resources import upload
from exporter.auth import Authorizer

_MAX_PATH_LENGTH = 200


class Strays:
    """Keeps what looks like a report and was posted to a wrong path."""

    def __init__(self, reception: Reception, authorizer: Authorizer) -> None:
        self._reception = reception
        self._authorizer = authorizer

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Check what was posted where nothing can be posted."""
        if req.method not in ("POST", "PUT") or not _is_lost(resp.status_code, resource):
            return
        if is_admitted(self._authorizer, req):
            path, root = req.path[:_MAX_PATH_LENGTH], req.root_path
            reason = f"{root}{path} takes no reports: send them to {root}{upload.ADDRESS}"
            self._reception.refuse_stray(req, upload.KIND, resp.status_code, reason)


def _is_lost(status: int, resource: object) -> bool:
    unknown_path = resource is None and status == HTTPStatus.NOT_FOUND
    return unknown_path or status == HTTPStatus.METHOD_NOT_ALLOWED
