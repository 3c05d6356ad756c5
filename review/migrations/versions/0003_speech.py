"""Work can carry what was asked for: another model, another language"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    options = sa.Column("options", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("work", options)


def downgrade() -> None:
    op.drop_column("work", "options")
