"""What is known of IAM itself, apart from any template."""
