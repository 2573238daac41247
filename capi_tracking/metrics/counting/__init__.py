"""Rows, counted: what a span of time adds up to, in as few queries as can be."""
