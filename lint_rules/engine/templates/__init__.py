"""Infrastructure templates in one common shape."""
