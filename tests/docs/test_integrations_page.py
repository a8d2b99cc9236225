"""What the page of integrations shows can be pasted: each block is read as its program reads it."""

import json
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from falcon.testing import TestClient

from exporter.cli.main import make_parser
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.process.commands import BOUND_SECONDS, environment, program
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.receivers import Receiver

PAGE = pages.read("docs/integrations.md")
CLI = pages.read("docs/cli.md")
_ADDRESS = "http://localhost:9666"


def block(hook: str) -> str:
    """Return the block of code after a hook."""
    return doc_hooks.block(PAGE, hook)


def parsed(line: str) -> Any:  # noqa: ANN401 - what argparse returns
    """Return a call of the program as it reads it; a wrong one ends the test."""
    return make_parser().parse_args(shlex.split(line)[1:])


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that nothing has reported to."""
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        yield daemon


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server that takes all that is posted."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def shell(script: str) -> str:
    """Run lines as a shell does that finds the program, and return what they print."""
    path = f"{Path(program()).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", script],
        env=environment({"PATH": path}),
        capture_output=True,
        text=True,
        check=True,
        timeout=BOUND_SECONDS,
    )
    return done.stdout


@pytest.mark.parametrize(
    "url",
    sorted({url for url in re.findall(r"http://localhost:9666(/[\w/?=]+)", PAGE) if "fail" in url}),
)
def test_a_monitor_gets_a_state_from_each_address(url: str, client: TestClient) -> None:
    parts = urlsplit(url)
    answer = client.simulate_get(parts.path, query_string=parts.query)
    assert (answer.status_code, answer.json["data"]["state"]) == (503, "critical")


def test_nagios_and_nrpe_call_the_program_as_it_is_called() -> None:
    (command,) = re.findall(r"command_line +(.+)", block("nagios"))
    (called,) = re.findall(r"check_command +check_backups!(.+)", block("nagios"))
    assert parsed(command.replace("$ARG1$", called)).url == _ADDRESS
    assert parsed(block("nrpe").partition("=")[2]).url == _ADDRESS


def test_icinga_gives_the_flags_that_there_are() -> None:
    flags = re.findall(r'"(--[\w-]+)" = "\$duplistatus_(\w+)\$"', block("icinga"))
    assert len(flags) == 7
    for flag, variable in flags:
        assert flag == f"--{variable.replace('_', '-')}"
    values = {"--url": _ADDRESS, "--warning": "stale", "--critical": "overdue"}
    words = [word for flag, _ in flags for word in (flag, values.get(flag, "x"))]
    assert parsed(shlex.join(["duplistatus", "check", *words])).backup == "x"


def test_checkmk_gets_the_form_of_a_local_check() -> None:
    *_, line = block("checkmk").splitlines()
    assert parsed(line.removeprefix("exec ")).format == "checkmk"


def test_prtg_gets_a_channel_for_each_figure(daemon: Daemon) -> None:
    """https://www.paessler.com/manuals/prtg/custom_sensors: result, channel, value, limits."""
    told = json.loads(shell(block("prtg").replace(_ADDRESS, daemon.url)))
    channels = told["prtg"]["result"]
    assert [each["channel"] for each in channels] == ["Overdue", "Failing", "Backups"]
    assert all(isinstance(each["value"], int) for each in channels)


def test_netdata_scrapes_the_metrics(client: TestClient) -> None:
    (job,) = yaml.safe_load(block("netdata"))["jobs"]
    assert job.keys() == {"name", "url", "update_every"}
    assert client.simulate_get(urlsplit(job["url"]).path).status_code == 200


def test_the_query_of_uptime_kuma_finds_the_state(client: TestClient) -> None:
    query = doc_hooks.text(PAGE, "uptime-kuma")
    assert "`data.state`" in query
    assert client.simulate_get("/api/status").json["data"]["state"] in ("ok", "warning", "critical")


def _holds(condition: str, answer: Any) -> bool:  # noqa: ANN401 - of the test client
    """Evaluate a condition as Gatus does: a placeholder, an operator and a value."""
    place, operator, expected = condition.split()
    found: Any = answer.status_code
    if place != "[STATUS]":
        found = answer.json
        for key in place.removeprefix("[BODY].").split("."):
            found = found[key]
    if operator == ">":
        return bool(found > int(expected))
    return (str(found) == expected) is (operator == "==")


def test_the_conditions_of_gatus_tell_fine_from_critical_and_from_nothing(
    client: TestClient, empty_client: TestClient
) -> None:
    (endpoint,) = yaml.safe_load(block("gatus"))["endpoints"]
    path = urlsplit(endpoint["url"]).path
    asked = {
        "critical": client.simulate_get(path),
        "fine": client.simulate_get(path, params={"server": "nas", "backup": "Photos"}),
        "nothing": empty_client.simulate_get(path),
    }
    told = {
        name: [_holds(each, answer) for each in endpoint["conditions"]]
        for name, answer in asked.items()
    }
    assert told == {
        "critical": [True, False, True],
        "fine": [True, True, True],
        "nothing": [True, True, False],
    }


def test_healthchecks_gets_what_was_said_and_the_exit_code(
    daemon: Daemon, receiver: Receiver
) -> None:
    script = re.sub(
        r"https://hc-ping.com/[^/]+", f"http://localhost:{receiver.port}", block("healthchecks")
    )
    shell(script.replace("duplistatus check", f"duplistatus check --url {daemon.url}"))
    (post,) = receiver.posts
    assert post.path == "/3"
    assert post.body.startswith(b"BACKUPS UNKNOWN - No backup has reported yet | jobs=0;")


def test_a_webhook_gets_the_body_of_the_page(receiver: Receiver, tmp_path: Path) -> None:
    tables = tomllib.loads(block("webhooks"))["notify"]
    assert [each["name"] for each in tables] == ["node-red", "n8n"]
    path = tmp_path / "duplistatus.toml"
    path.write_text(block("webhooks").replace("localhost:1880", f"localhost:{receiver.port}"))
    shell(f"duplistatus notify test node-red --config {path}")
    (post,) = receiver.posts
    shown = json.loads(block("webhook-body"))
    assert post.path == urlsplit(tables[0]["url"]).path
    assert post.json.keys() == shown.keys()
    assert {**post.json, "message": ""} == {**shown, "message": ""}
    assert post.json["message"].startswith(shown["message"].removesuffix(" …"))


def test_the_flow_of_node_red_is_whole() -> None:
    nodes = json.loads(block("node-red"))
    (start,) = [node for node in nodes if node["type"] == "http in"]
    (table, _) = tomllib.loads(block("webhooks"))["notify"]
    assert (start["method"], start["url"]) == ("post", urlsplit(table["url"]).path)
    assert {name for wires in start["wires"] for name in wires} == {
        node["id"] for node in nodes if node is not start
    }


def test_the_collector_scrapes_by_a_configuration_of_prometheus(tmp_path: Path) -> None:
    collector = yaml.safe_load(block("opentelemetry"))
    pipeline = collector["service"]["pipelines"]["metrics"]
    assert {*pipeline["receivers"]} == collector["receivers"].keys()
    assert {*pipeline["exporters"]} == collector["exporters"].keys()
    path = tmp_path / "prometheus.yml"
    path.write_text(yaml.safe_dump(collector["receivers"]["prometheus"]["config"]))
    subprocess.run(["promtool", "check", "config", path], check=True, capture_output=True)


@pytest.mark.parametrize(
    "accept",
    [
        "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3",
        "text/plain;version=0.0.4",
    ],
)
def test_the_collector_can_take_what_it_gets(client: TestClient, accept: str) -> None:
    """Its receiver parses as Prometheus: a known content type, each series once, no exemplars."""
    answer = client.simulate_get("/metrics", headers={"Accept": accept})
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert kind == accept.partition(";")[0]
    samples = [line for line in answer.text.splitlines() if not line.startswith("#")]
    series = [line.rpartition(" ")[0] for line in samples]
    assert len(series) == len({*series}) > 100
    assert [line for line in samples if " # {" in line] == []


def test_the_exit_codes_of_the_page_are_those_of_the_help() -> None:
    codes = [int(code) for code, _ in doc_hooks.rows(CLI, "check-exit-codes")]
    assert codes == [0, 1, 2, 3]


def test_the_output_of_the_page_begins_as_the_command_does() -> None:
    line, detail = doc_hooks.block(CLI, "check-output").splitlines()
    assert re.fullmatch(r"BACKUPS CRITICAL - .+ \| jobs=3;;;0; in_trouble=2;;;0;3 .+", line)
    assert detail.startswith("critical: laptop, Documents: overdue since ")


@pytest.mark.parametrize("line", pages.command_lines(CLI, "duplistatus check"))
def test_each_call_of_the_page_is_understood(line: str) -> None:
    assert parsed(line.partition("#")[0]).timeout > 0
