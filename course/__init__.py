"""lambdalab: an interactive course on AWS Lambda, and the embedded cloud it runs on."""
