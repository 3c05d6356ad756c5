"""The audit ledger: its vocabulary, its form, its append."""

from review.audit.ledger import Entry, open_database
from review.audit.vocabulary import Act

__all__ = ["Act", "Entry", "open_database"]
