"""Tests of what starts the product on one machine."""
