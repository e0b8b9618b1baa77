"""The engine: nobody edits this package to add a rule."""
