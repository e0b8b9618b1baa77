"""What runs inside an execution environment. Imports nothing of ours."""
