"""What a role must allow, what it does allow, and the difference."""
