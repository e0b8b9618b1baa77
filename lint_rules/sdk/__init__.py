"""How functions use AWS through boto3, and other machines through HTTP (LAM3xx)."""
