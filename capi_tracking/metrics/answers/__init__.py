"""The questions about a window, each answered from its figures or by a query of its own."""
