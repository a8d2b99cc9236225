"""Tells people what holds for their backups: alerts, digests, and a heartbeat for other watchers.

Decides what each channel is told, writes that into the store's outbox, and delivers it from there.
"""
