"""What becomes of errors: whether anybody hears of them (LAM4xx)."""
