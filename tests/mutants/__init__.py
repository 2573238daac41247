"""Mutation testing: each small change to a room must turn one of its tests red. ``python -m tests.mutants retry consent``.

One process collects a room's tests, runs them once to see which line each of them meets, and then forks for every
mutant: the child changes the code of one function that is loaded already, runs the tests that met the changed line, the
fastest first, and ends at the first red one. Survivors with a reason stand in ``survivors.md``; a new one fails the run.
"""
