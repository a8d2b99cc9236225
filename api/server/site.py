"""What answers requests under one configuration.

A request belongs to the site under which it began to arrive, from its head to its answer: so no
request is judged by the tokens of one configuration at its head and by those of another in the app.
"""

from typing import NamedTuple

from api.app import App
from api.at_once import AtOnce
from api.oversized import Oversized
from api.route_prefix import RoutePrefix


class Site(NamedTuple):
    """The app, what it judges by the heads of requests, and the path below which they come.

    Without `oversized` every body is read. `at_once` knows which questions the thread that receives
    them answers; None for none.
    """

    app: App
    oversized: Oversized | None = None
    prefix: RoutePrefix = RoutePrefix()
    at_once: AtOnce | None = None
