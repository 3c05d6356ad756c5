"""Alembic's entry: one transaction a run, on the engine that the caller brings."""

from alembic import context
from sqlalchemy import Engine

import review.models
from review.db import Base

assert review.models  # importing it fills Base.metadata
engine: Engine = context.config.attributes["engine"]

with engine.connect() as plain:
    # A migration writes from its first statement, so it takes the write lock at once.
    connection = plain.execution_options(immediate=True)
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with connection.begin(), context.begin_transaction():
        context.run_migrations()
