"""One file for each foreign package: it says what the package's own objects mean. Nothing else of ours imports them."""
