"""The deflate implementation: ISA-L if there is a build for the machine, else zlib.

Both write the same format. ISA-L's level 1 packs an exposition as small as zlib's, in a fifth of
the time.
"""

try:
    from isal import isal_zlib as deflate
except ImportError:  # a machine that the package has no build for
    import zlib as deflate  # type: ignore[no-redef] # the same functions

__all__ = ["deflate"]
