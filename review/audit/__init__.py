"""The audit ledger: its vocabulary, its form, its append."""

from review.audit.ledger import Entry
from review.audit.vocabulary import Act

__all__ = ["Act", "Entry"]
