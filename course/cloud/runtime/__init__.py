"""Execution environments: child processes that speak the Runtime API."""
