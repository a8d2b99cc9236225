"""Home Assistant by MQTT: a device for each server, entities for each job.

Messages are retained: whoever subscribes gets the present state at once, also while this daemon
is away.
"""
