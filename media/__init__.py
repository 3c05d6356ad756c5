"""The workshop: bytes in, facts out.

Knows no database and no web, and imports nothing else of ours.
"""
