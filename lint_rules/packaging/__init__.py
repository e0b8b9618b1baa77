"""Layers and packages (LAM670-699)."""
