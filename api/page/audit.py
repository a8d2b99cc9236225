"""GET /audit: who changed what and when, for people who are signed in."""

import falcon

from api import local_path, query
from api.page.changes import change_rows
from api.page.forms.sign_in import sign_in_address
from api.page.rendering import Page
from api.responses import see_other
from api.session_cookie import session_of
from exporter.formatting import DisplayTime
from exporter.model.audit import AuditFilter

LISTED = 50
"""Changes on one page."""


class AuditPage(Page):
    """All changes that people made, newest first."""

    to_read = None  # `on_get` checks the session

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Render the page, or lead to where one signs in."""
        if session_of(req) is None:
            see_other(resp, sign_in_address(local_path.of(req)))
            return
        now, last = self._clock(), query.cursor(req)
        found = self._store.audit(AuditFilter(), last[1] if last else None, LISTED + 1)
        page = found[:LISTED]
        facts = {
            "now": DisplayTime.from_timestamp(now, now),
            "changes": change_rows(page, self._fleet, now),
            "following": query.format_cursor(0, page[-1].id) if found[LISTED:] else None,
        }
        self._show(req, resp, "audit", facts)
