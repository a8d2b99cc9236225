"""POST /refused/clear and /refused/clear-all: refused reports that were dealt with."""

import logging
from collections.abc import Mapping

import falcon

from api import query
from api.page.forms.form import Asking, Done, Form
from api.sessions import Session
from exporter.language import gettext as _
from exporter.language import ngettext
from exporter.logs import log_fields

_log = logging.getLogger(__name__)


class ClearRefused(Form):
    """Removes one refused report."""

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        refused_id = query.required_id(fields.get("id", ""), "refused report")
        self._services.refusals.clear(refused_id, self._services.author(session))
        _log.warning("refused report cleared", extra=log_fields(session=session.id))
        return Done(_("The refused report was cleared."))


class ClearAllRefused(Asking):
    """Removes all refused reports, unless another one came since it was asked."""

    template = "clear_refused"

    def _asked(self, req: falcon.Request, **params: str) -> dict[str, object]:
        store = self._services.store
        newest = store.rejected(None, 1)
        return {
            "count": len(store.all_rejected()) if newest else 0,
            "newest": newest[0].id if newest else 0,
        }

    def _change(self, session: Session, fields: Mapping[str, str], **params: str) -> Done:
        kept = self._services.store.rejected(None, 1)
        if kept and fields.get("newest") != str(kept[0].id):
            return Done(_("Nothing was cleared: another report was refused meanwhile."))
        count = self._services.refusals.clear(None, self._services.author(session))
        _log.warning("refused reports cleared", extra=log_fields(count=count, session=session.id))
        text = ngettext(
            "{count} refused report was cleared.", "{count} refused reports were cleared.", count
        )
        return Done(text.format(count=count))
