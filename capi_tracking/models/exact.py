from typing import Any

from django.db import models


class ExactCharField(models.CharField):  # type: ignore[type-arg]
    """Text that is equal only if each character is, on MariaDB and MySQL too.

    Their usual collations fold case, accents and trailing spaces: two orders would be one.
    """

    def db_type(self, connection: Any) -> str | None:
        column = super().db_type(connection)
        if connection.vendor != "mysql":
            return column
        collation = "utf8mb4_nopad_bin" if connection.mysql_is_mariadb else "utf8mb4_0900_bin"
        return f"{column} CHARACTER SET utf8mb4 COLLATE {collation}"
