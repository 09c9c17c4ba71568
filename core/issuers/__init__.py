"""Issuers: the units of value that the books keep."""
