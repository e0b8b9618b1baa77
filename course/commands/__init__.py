"""The subcommands of `lambdalab`, one file each, all thin: they parse, call the part that does it, and print."""
