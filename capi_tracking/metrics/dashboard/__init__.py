"""The numbers, charts and tables of the dashboard's page."""
