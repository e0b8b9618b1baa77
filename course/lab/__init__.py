"""Labs: one document each, its editions, its checks, the learner's progress."""
