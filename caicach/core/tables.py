"""The tables of a database brought up to today's models: a new one gets them at once, an old one by its migrations."""

from __future__ import annotations

from typing import cast

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model


def steps_left(using: str = "default") -> int:
    """How many migrations are still to be made; a squashed one is noted where all that it stands for has been."""
    executor = MigrationExecutor(connections[using])
    executor.check_replacements()
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_up(using: str = "default") -> None:
    """Make what is missing. Raises DatabaseError; a new database is then as empty as before."""
    if connections[using].introspection.table_names():
        call_command("migrate", database=using, interactive=False, verbosity=0)
    else:
        _make_all(using)


def _make_all(using: str) -> None:
    """Every table from the models, every migration noted as made: Django would build all models anew at each step, and no step
    has anything to carry over (`tests/whole/test_upgrade_from_first.py` holds both ways beside each other)."""
    connection = connections[using]
    known = MigrationExecutor(connection).loader.disk_migrations
    recorder = MigrationRecorder(connection)
    ours = [one for one in apps.get_models() if one._meta.managed and router.allow_migrate_model(using, one)]
    with connection.schema_editor() as editor:  # one transaction: killed in between, nothing is there
        for model in (*ours, cast(type[Model], recorder.Migration)):
            editor.create_model(model)
        recorder.migration_qs.bulk_create(
            recorder.Migration(app=app, name=name) for app, name in sorted(known)
        )
        emit_post_migrate_signal(verbosity=0, interactive=False, db=using)
