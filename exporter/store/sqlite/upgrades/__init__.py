"""What migrations do to stored values.

Like these it is never changed, and it names no type of ours: a later version has only its own.
"""
