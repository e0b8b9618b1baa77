"""What survives between invocations, and what must not (LAM1xx)."""
