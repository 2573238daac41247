"""Every check, word for word: what is spoiled, and all that is said. A file for each of the catalogue's."""

from . import adapters, databases, deployment, given, pixels, project, values

CASES = [case for file in (given, values, pixels, project, databases, deployment, adapters) for case in file.CASES]
