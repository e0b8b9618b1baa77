"""Code against the template that deploys it (LAM900-979)."""
