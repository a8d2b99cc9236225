"""docs/prometheus.md: Prometheus reads what it shows, and no sample is lost between shards."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.test_prometheus import check
from tests.docs import pages
from tests.docs.metrics import on_the_page
from tests.support import doc_hooks
from tests.support.process.commands import needed

_PAGE = pages.read("docs/prometheus.md")


@pytest.mark.parametrize("hook", ["hashmod", "federation"])
def test_promtool_has_nothing_to_say_of_a_configuration(hook: str, tmp_path: Path) -> None:
    config = tmp_path / "prometheus.yml"
    config.write_text(doc_hooks.block(_PAGE, hook), encoding="utf-8")
    check(config)


def test_the_sums_of_a_shard_are_rules_of_known_families(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(doc_hooks.block(_PAGE, "shard-sums"), encoding="utf-8")
    subprocess.run([needed("promtool"), "check", "rules", "--lint-fatal", rules], check=True)
    (group,) = yaml.safe_load(rules.read_text(encoding="utf-8"))["groups"]
    summed = {rule["expr"].removeprefix("sum(").removesuffix(")") for rule in group["rules"]}
    assert summed <= set(on_the_page())


def test_each_server_is_of_one_shard_and_the_rest_of_all() -> None:
    (scrape,) = yaml.safe_load(doc_hooks.block(_PAGE, "hashmod"))["scrape_configs"]
    hashed, kept, _dropped = scrape["metric_relabel_configs"]
    shards = range(hashed["modulus"])
    patterns = [kept["regex"].replace(";0", f";{shard}") for shard in shards]
    of_server = [[bool(re.fullmatch(each, f"17;{shard}")) for each in patterns] for shard in shards]
    assert of_server == [[place == shard for place in shards] for shard in shards]
    assert all(re.fullmatch(each, f";{shard}") for each in patterns for shard in shards)
