#!/usr/bin/env python
"""The demo's command line: ``python manage.py demo``."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_project.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:  # while a command is still being loaded
        sys.exit(130)


if __name__ == "__main__":
    main()
