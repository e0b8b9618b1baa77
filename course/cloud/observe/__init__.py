"""What can be seen of invocations: logs and the ledger."""
