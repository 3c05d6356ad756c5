"""House rules, run as tests."""
