"""Tests of Duyệt Clip; the folders mirror the source."""
