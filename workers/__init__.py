"""The hands: load, call, record.

A job may run twice; what it made counts only while its lease stands. Never imports the web.
"""
