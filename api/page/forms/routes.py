"""Which form answers which path; each is below that of its page."""

import falcon

from api.page.forms.form import FormServices
from api.page.forms.job_removal import DeleteJob, ForgetCopy, SeparateJob
from api.page.forms.job_settings import ClearJob, PauseJob, SetSchedule, TagJob
from api.page.forms.mutes import MuteJob, MuteServer
from api.page.forms.refusals import ClearAllRefused, ClearRefused
from api.page.forms.server_removal import DeleteServer, MergeServers
from api.page.forms.server_settings import NotADuplicate, SetServer
from api.page.forms.typed import Redrawn

_App = falcon.App[falcon.Request, falcon.Response]


def add_forms(app: _App, services: FormServices, job_page: Redrawn, server_page: Redrawn) -> None:
    """Add the forms; those with texts are shown again on their page where they are invalid."""
    _add_of_job(app, services, job_page)
    _add_of_server(app, services, server_page)
    app.add_route("/refused/clear", ClearRefused(services))
    app.add_route("/refused/clear-all", ClearAllRefused(services))


def _add_of_job(app: _App, services: FormServices, page: Redrawn) -> None:
    job = "/jobs/{job_id}"
    app.add_route(f"{job}/schedule", SetSchedule(services, page))
    app.add_route(f"{job}/tags", TagJob(services, page))
    app.add_route(f"{job}/pause", PauseJob(services))
    app.add_route(f"{job}/mute", MuteJob(services))
    app.add_route(f"{job}/clear", ClearJob(services))
    app.add_route(f"{job}/separate", SeparateJob(services))
    app.add_route(f"{job}/forget-copy", ForgetCopy(services))
    app.add_route(f"{job}/delete", DeleteJob(services))


def _add_of_server(app: _App, services: FormServices, page: Redrawn) -> None:
    server = "/servers/{server_id}"
    app.add_route(f"{server}/settings", SetServer(services, page))
    app.add_route(f"{server}/mute", MuteServer(services))
    app.add_route(f"{server}/not-a-duplicate", NotADuplicate(services))
    app.add_route(f"{server}/merge", MergeServers(services))
    app.add_route(f"{server}/delete", DeleteServer(services))
