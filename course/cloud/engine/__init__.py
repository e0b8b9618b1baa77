"""Which environment runs an invocation, and when."""
