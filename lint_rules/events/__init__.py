"""What events look like, and what their sources make of answers (LAM5xx)."""
