"""The Lambda control plane: one noun per file."""
