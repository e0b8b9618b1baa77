"""What invokes functions by itself: pollers of queues and streams, and what other services push."""
