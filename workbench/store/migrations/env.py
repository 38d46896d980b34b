"""Run migrations on the connection that `workbench.store.revisions` opened."""

from __future__ import annotations

from alembic import context

from workbench.store.layout import METADATA


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        version_table=context.config.attributes["version_table"],
        target_metadata=METADATA,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# alembic runs this file; whoever else imports it has no migration to run
if hasattr(context, "config"):
    _run()
