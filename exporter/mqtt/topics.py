"""The topics that this daemon publishes to. Pure."""

from msgspec import Struct

FLEET = "fleet"
"""The name of the totals of all jobs in topics."""

ONLINE, OFFLINE = b"online", b"offline"
"""What is said of this daemon, and what Home Assistant says of itself."""


class Topics(Struct, frozen=True):
    """The topics below a prefix, and those in which Home Assistant looks for devices."""

    prefix: str
    discovery_prefix: str

    @property
    def node(self) -> str:
        """What the ids of all our devices and entities begin with: what is not ours has another."""
        return self.prefix.replace("/", "_")

    @property
    def availability(self) -> str:
        """Tells whether this daemon is ``online`` or ``offline``."""
        return f"{self.prefix}/status"

    @property
    def birth(self) -> str:
        """Tells when Home Assistant has started."""
        return f"{self.discovery_prefix}/status"

    @property
    def index(self) -> str:
        """Tells which jobs are described."""
        return f"{self.prefix}/index"

    def config(self, name: str) -> str:
        """Return where something is described: `FLEET`, or what `job_name` returns."""
        return f"{self.discovery_prefix}/device/{self.node}/{name}/config"

    def state(self, name: str) -> str:
        """Return where the present values of something are."""
        return f"{self.prefix}/{name}"


def job_name(job_id: int) -> str:
    """Return the name of a job in topics."""
    return f"job_{job_id}"
