"""The dashboard's page as one value: what its answers stand on, and all of them together."""
