"""The manual pages and the completion of shells, made from the parser of the commands."""
