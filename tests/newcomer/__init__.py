"""Somebody new: the built package in an environment of its own, an empty project, and the guide followed to the letter."""
