"""Settings and limits of functions (LAM600-639)."""
