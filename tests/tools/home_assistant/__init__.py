"""The recipes for Home Assistant, in a Home Assistant."""
