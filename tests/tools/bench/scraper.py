"""A real Prometheus that scrapes ten thousand jobs while reports arrive."""

import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.support.process.prometheus import Prometheus, running
from tests.tools.bench import processes
from tests.tools.bench.figures import Figure
from tests.tools.bench.setting import MANY, Setting

_CONFIG = """
scrape_configs:
  - job_name: duplistatus
    metrics_path: /api/health
    scrape_interval: 5s
    scrape_timeout: 5s
    static_configs:
      - targets: ['{target}']
"""
_SECONDS = 60
_TIMEOUT_SECONDS = 5.0
_CONNECTIONS = 8


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure the slowest scrape of a minute of uploads at full speed.

    Raises:
        RuntimeError: a scrape failed.
    """
    with processes.daemon(setting.copy(MANY)) as served:
        folder = setting.folder / "scraper"
        folder.mkdir(exist_ok=True)
        config = folder / "prometheus.yml"
        config.write_text(_CONFIG.format(target=urlsplit(served.url).netloc), encoding="utf-8")
        with running(config, folder / f"data-{time.time_ns()}") as url:
            prometheus = Prometheus(url)
            prometheus.wait_for("up == 1")
            load = setting.load.of_seconds(_SECONDS)
            rate = load.upload(served.url, MANY.jobs, _CONNECTIONS).per_second
            slowest = _measured(prometheus, rate)
    yield Figure(
        "slowest scrape by Prometheus", "its timeout", "≤ 1", "s", slowest, _TIMEOUT_SECONDS
    )


def _measured(prometheus: Prometheus, uploads: float) -> float:
    """Say what Prometheus saw of that minute, and return its slowest scrape."""
    asked = {
        "scrapes": f"count_over_time(up[{_SECONDS}s])",
        "of them good": f"sum_over_time(up[{_SECONDS}s])",
        "samples": "scrape_samples_scraped",
        "mean seconds": f"avg_over_time(scrape_duration_seconds[{_SECONDS}s])",
        "slowest": f"max_over_time(scrape_duration_seconds[{_SECONDS}s])",
    }
    measured = {name: prometheus.value(expression) or 0.0 for name, expression in asked.items()}
    words = ", ".join(f"{name} {value:.6g}" for name, value in measured.items())
    sys.stderr.write(f"  Prometheus, {uploads:,.0f} uploads a second meanwhile: {words}\n")
    if measured["scrapes"] != measured["of them good"]:
        message = "a scrape failed"
        raise RuntimeError(message)
    return measured["slowest"]
