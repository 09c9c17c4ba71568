"""Tables, by Alembic. Functions and views are files in core/*/sql/, installed after these."""
