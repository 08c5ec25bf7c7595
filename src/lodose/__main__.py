"""``python -m lodose`` is the ``lodose`` command."""

from lodose.cli.main import main

if __name__ == "__main__":
    main()
