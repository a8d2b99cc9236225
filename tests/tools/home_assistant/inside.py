"""A Home Assistant without a web page. It runs in an environment of its own, with nothing of ours.

Each line on stdin is answered by a line of JSON: its devices, its entities, and what it logged.
"""

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

import yaml
from homeassistant import auth, bootstrap, config_entries, core, loader
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry, entity_registry
from homeassistant.setup import async_setup_component


class Complaints(logging.Handler):
    """What is logged about MQTT and REST."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        if record.name.startswith(("homeassistant.components.", "homeassistant.helpers.entity")):
            self.lines.append(record.getMessage().partition("\n")[0])


async def start(folder: str, port: int, rest: str) -> core.HomeAssistant:
    """Start it, connected to a broker, with the sensors of a configuration."""
    await asyncio.to_thread(Path(folder, "configuration.yaml").touch)
    home = core.HomeAssistant(folder)
    home.config.skip_pip = True
    home.config_entries = config_entries.ConfigEntries(home, {})
    loader.async_setup(home)
    await bootstrap.async_load_base_functionality(home)
    home.auth = await auth.auth_manager_from_config(home, [{"type": "homeassistant"}], [])
    home.set_state(core.CoreState.running)
    assert await async_setup_component(home, "rest", yaml.safe_load(rest))
    await home.config_entries.async_add(
        ConfigEntry(
            version=1,
            minor_version=2,
            domain="mqtt",
            title="broker",
            data={"broker": "127.0.0.1", "port": port},
            options={"discovery": True, "discovery_prefix": "homeassistant"},
            source="user",
            unique_id=None,
            discovery_keys={},
            subentries_data=None,
        )
    )
    return home


def snapshot(home: core.HomeAssistant, complaints: Complaints) -> dict[str, Any]:
    """Return what people would see."""
    devices = device_registry.async_get(home).devices
    registry = entity_registry.async_get(home)
    return {
        "devices": {
            each.name: {"url": each.configuration_url, "version": each.sw_version}
            for each in devices.values()
        },
        "entities": {
            state.entity_id: {
                "state": state.state,
                "name": state.name,
                "device": _device_of(registry.async_get(state.entity_id), devices),
                "attributes": json.loads(json.dumps(dict(state.attributes), default=str)),
            }
            for state in home.states.async_all()
        },
        "complaints": complaints.lines,
    }


def _device_of(entry: Any, devices: Any) -> str | None:  # noqa: ANN401 - Home Assistant's own
    return devices[entry.device_id].name if entry is not None and entry.device_id else None


async def main(folder: str, port: str, rest: str) -> None:
    """Answer until stdin ends."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    home = await start(folder, int(port), rest)
    while await asyncio.to_thread(sys.stdin.readline):
        await home.async_block_till_done()
        sys.stdout.write(json.dumps(snapshot(home, complaints)) + "\n")
        sys.stdout.flush()
    await home.async_stop(force=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
