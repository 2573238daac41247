"""The dashboard's page: what was asked, its tables, charts and files, and where each number leads."""
