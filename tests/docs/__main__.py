"""Writes the references of the docs from the code: ``python -m tests.docs``."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from .references import write  # noqa: E402 (the models it reads need the settings)

sys.stdout.write("\n".join(write() or ["Nothing has changed."]) + "\n")
