"""Uploads that go on where they stopped."""
