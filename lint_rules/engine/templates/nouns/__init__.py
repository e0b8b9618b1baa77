"""The things in a template that are not functions: one file for each, all asked in the same way."""
