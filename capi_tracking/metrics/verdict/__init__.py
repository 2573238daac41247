"""What needs a person: each trouble, how it is known, and what is said of it."""
