"""Policies of the execution role (LAM700-749)."""
