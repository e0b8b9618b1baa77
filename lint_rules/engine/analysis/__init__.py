"""What Python code does: names, calls, data flow."""
