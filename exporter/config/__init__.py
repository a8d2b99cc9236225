"""The configuration: flags, environment, file and secrets, merged into one validated value."""

from exporter.config.loader import (
    CONFIG_VARIABLE,
    Config,
    ConfigError,
    RawSettings,
    gather,
    load,
)

__all__ = ["CONFIG_VARIABLE", "Config", "ConfigError", "RawSettings", "gather", "load"]
