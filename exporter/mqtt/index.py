"""Which jobs a broker has descriptions of: a list that is kept with the broker itself. Pure.

The descriptions cannot be read back to find those of an earlier life: a broker drops what does not
fit into its queue, which is a thousand messages with Mosquitto, and with them its own answers.
"""

import msgspec

Index = dict[int, int]
"""The id of each job that is described, with that of the server whose device it belongs to."""

_LONGEST = 4_000_000
_encode = msgspec.json.encode
_decoder = msgspec.json.Decoder(Index)


def write_index(index: Index) -> bytes:
    """Return a list as it is published."""
    return _encode(index)


def read_index(payload: bytes) -> Index:
    """Return a list that was published; an empty one where it cannot be read."""
    if len(payload) > _LONGEST:
        return {}
    try:
        return _decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return {}
