"""Ways to the database that models share: inserts that conflict, statements written once, little steps, its clock."""
