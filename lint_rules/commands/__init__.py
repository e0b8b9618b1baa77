"""What the command line does, one command in a file: the rim that prints."""
