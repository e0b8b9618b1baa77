"""Secrets, and what comes from outside (LAM8xx)."""
