"""Names on the sheet of a sign-off are kept with it

The column is added and dropped as a column: the table is never rebuilt and keeps its append-only
triggers. Sign-offs from before keep an empty list; their sheets go on with the names of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_offs", sa.Column("names", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("sign_offs", "names")
