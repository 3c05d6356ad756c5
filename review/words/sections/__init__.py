"""The sentences, a file for each part of the product."""
