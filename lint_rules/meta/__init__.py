"""The linter about itself: what it could not read (LAM990-999)."""
