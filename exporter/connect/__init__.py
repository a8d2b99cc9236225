"""Connecting Duplicati: the default options with which every backup of a server reports here."""
