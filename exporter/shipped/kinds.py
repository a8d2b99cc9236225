"""The kinds of files, what belongs to each, and what one does with them."""

from collections.abc import Callable
from typing import NamedTuple

from exporter.shipped.fitting import Place, as_it_is, started_here, with_runbook, without_clone


class Kind(NamedTuple):
    """Files that serve one purpose.

    `files` has a file or folder of a clone, and where it comes to lie below the chosen folder.
    `then` says what to do next; `{folder}` stands for the chosen folder as a shell wants it.
    """

    name: str
    summary: str
    files: dict[str, str]
    then: str
    fit: Callable[[str, Place], str] = as_it_is


_RULES = "deploy/prometheus/rules"

KINDS = (
    Kind(
        "dashboards",
        "Grafana's dashboards, to be loaded from files",
        {"grafana/dashboards": "."},
        "Grafana loads them from the folder that a provider names: duplistatus files provisioning"
        " writes one.\n",
    ),
    Kind(
        "dashboards-import",
        "the dashboards as Grafana's import page and grafana.com want them",
        {"grafana/import": "."},
        "In Grafana: Dashboards, New, Import. It asks which Prometheus to use.\n",
    ),
    Kind(
        "provisioning",
        "how Grafana finds the dashboards and its Prometheus",
        {"grafana/provisioning": "."},
        "Grafana reads them below /etc/grafana/provisioning when it starts. If it has a Prometheus"
        " already, leave datasources/prometheus.yaml out.\n",
    ),
    Kind(
        "rules",
        "alerts and recording rules for Prometheus",
        {_RULES: "."},
        "Name both files under rule_files in prometheus.yml, and reload Prometheus:\n"
        "  promtool check rules {folder}/*.yml\n",
        with_runbook,
    ),
    Kind(
        "prometheus",
        "examples for Prometheus, with the rules, and for Alertmanager",
        {
            "deploy/prometheus/prometheus.yml": "prometheus.yml",
            "deploy/prometheus/replicas.yml": "replicas.yml",
            "deploy/prometheus/sharded.yml": "sharded.yml",
            _RULES: "rules",
            "deploy/alertmanager/alertmanager.yml": "alertmanager.yml",
        },
        "Put your addresses and receivers in, then check them:\n"
        "  promtool check config {folder}/prometheus.yml\n"
        "  amtool check-config {folder}/alertmanager.yml\n",
        with_runbook,
    ),
    Kind(
        "systemd",
        "the service, its socket and its options for systemd",
        {"deploy/systemd": "."},
        "To install and start the service:\n"
        "  sudo install -D -m 644 -t /etc/systemd/system {folder}/duplistatus.service"
        " {folder}/duplistatus.socket\n"
        "  sudo install -D -m 600 {folder}/environment /etc/duplistatus/environment\n"
        "  sudo systemctl daemon-reload\n"
        "  sudo systemctl enable --now duplistatus.socket duplistatus.service\n",
        started_here,
    ),
    Kind(
        "compose",
        "Compose files: alone, with Prometheus and Grafana, or over PostgreSQL",
        {
            "deploy/docker/compose.yaml": "compose.yaml",
            "deploy/docker/compose.monitoring.yaml": "compose.monitoring.yaml",
            "deploy/docker/compose.replicas.yaml": "compose.replicas.yaml",
            "deploy/docker/haproxy.replicas.cfg": "haproxy.replicas.cfg",
            "deploy/docker/monitoring": "monitoring",
            "deploy/alertmanager": "alertmanager",
            _RULES: "prometheus/rules",
            "grafana/dashboards": "grafana/dashboards",
            "grafana/provisioning/dashboards": "grafana/provisioning/dashboards",
        },
        "The daemon alone:\n"
        "  docker compose --file {folder}/compose.yaml up --detach\n"
        "With Prometheus, Alertmanager and Grafana:\n"
        "  docker compose --file {folder}/compose.monitoring.yaml up --detach\n",
        without_clone,
    ),
    Kind(
        "proxy",
        "examples of reverse proxies: Caddy and nginx",
        {"deploy/proxy": "."},
        "Take the file of your proxy, and put your names and addresses in.\n",
    ),
    Kind(
        "homepage",
        "widgets for Homepage",
        {"deploy/homepage": "."},
        "Copy what you want to see into Homepage's services.yaml, with your addresses.\n",
    ),
    Kind(
        "zabbix",
        "a template for Zabbix",
        {"deploy/zabbix": "."},
        "In Zabbix: Data collection, Templates, Import. Link the template to a host, and set the"
        " macro {{$DUPLISTATUS.URL}} there.\n",
    ),
)
