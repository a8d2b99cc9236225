"""The configuration: options, environment, file and secrets, made one checked value."""

from exporter.config.loader import (
    CONFIG_VARIABLE,
    Config,
    ConfigError,
    RawSettings,
    gather,
    load,
)

__all__ = ["CONFIG_VARIABLE", "Config", "ConfigError", "RawSettings", "gather", "load"]
