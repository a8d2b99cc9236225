"""Pull: fetches and records the run histories of Duplicati servers."""
