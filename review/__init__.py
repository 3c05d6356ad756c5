"""Duyệt Clip: an agency's own short clips, from upload to a signed-off, posted file."""
