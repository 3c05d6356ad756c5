"""Read-only selects for pages, API and reports; frozen records out, never rows."""
