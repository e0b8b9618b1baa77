"""`python -m lint_rules` is `lambdalint`."""

from lint_rules.cli import main

if __name__ == "__main__":
    main()
