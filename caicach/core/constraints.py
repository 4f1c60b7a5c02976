"""The ward wall: a foreign key over (ward, parent) that makes a link across wards impossible on both databases."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint


class SameWard(BaseConstraint):
    """FOREIGN KEY (ward_id, field_id) REFERENCES parent (ward_id, id); the parent declares the pair unique.

    field: the name of the foreign key on this model; to: the parent's label ("tasks.Task"). A null parent passes.
    """

    def __init__(self, *, field: str, to: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field
        self.to = to

    def _clause(self, model: type[models.Model], editor: BaseDatabaseSchemaEditor) -> str:
        quote = editor.quote_name
        parent = apps.get_model(self.to)._meta.db_table
        column = str(model._meta.get_field(self.field).column)  # type: ignore[union-attr]
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote('ward_id')}, {quote(column)}) "
            f"REFERENCES {quote(parent)} ({quote('ward_id')}, {quote('id')}) DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            return self._clause(model, schema_editor)
        # The parent's unique pair may be made later in the same migration: wait for the end of it.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self._clause(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        parent = getattr(instance, self.field, None)
        if parent is not None and parent.ward_id != instance.ward_id:
            raise ValidationError("Dòng này thuộc phường khác.", code="ward")

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "to": self.to}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, SameWard):
            return (self.name, self.field, self.to) == (other.name, other.field, other.to)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


def ward_pair(table: str) -> models.UniqueConstraint:
    """What a parent declares so that `SameWard` can point at it."""
    return models.UniqueConstraint(fields=["ward", "id"], name=f"{table}_ward_pair")
