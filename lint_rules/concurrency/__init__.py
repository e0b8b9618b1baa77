"""Awaits, tasks, threads (LAM2xx)."""
