"""lambdalint: a linter for AWS Lambda functions in Python and the templates that deploy them."""
