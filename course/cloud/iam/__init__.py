"""Who asks, for what, on what; the decision itself is the linter's IAM engine."""
