"""The shop that the pages speak of: what their adapters name is there, so that the checks can hold them to it."""
