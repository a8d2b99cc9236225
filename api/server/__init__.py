"""The HTTP server: how requests come, within bounds. It knows waitress."""
