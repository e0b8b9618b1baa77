"""How Lambda calls a function, and what it takes from it (LAM0xx)."""
