"""Logs and traces (LAM850-879)."""
