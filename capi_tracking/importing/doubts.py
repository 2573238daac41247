"""What keeps an import from beginning."""


class CannotBegin(Exception):
    """The file can't be read, or not without an answer. Says what to type, and quotes nothing but headings."""
