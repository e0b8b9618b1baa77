"""Dead-letter queues, destinations, event source mappings (LAM640-669)."""
