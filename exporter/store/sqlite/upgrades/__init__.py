"""What migrations do to stored values.

Like the migrations it is never changed, and it uses none of our types: they may change later.
"""
