"""The names of topics."""

from exporter.mqtt.topics import Topics, job_name

TOPICS = Topics("home/backups", "homeassistant")


def test_topics_are_below_their_prefixes() -> None:
    assert TOPICS.availability == "home/backups/status"
    assert TOPICS.state(job_name(7)) == "home/backups/job_7"
    assert TOPICS.config(job_name(7)) == "homeassistant/device/home_backups/job_7/config"
    assert TOPICS.index == "home/backups/index"
    assert TOPICS.birth == "homeassistant/status"
