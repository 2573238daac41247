"""The docs are held to what they say: links lead somewhere, blocks of code run, references follow from the code."""
