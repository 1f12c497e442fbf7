"""Run by Alembic inside the connection that `rencity.db.upgrading` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], target_metadata=None, render_as_batch=True
)
context.run_migrations()
