"""Parts of addresses that several rooms have."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from caicach.rules.formats import dossier_code_in


class Code(StringConverter):
    """A dossier's code: most are letters, digits, dots and a dash, but other systems write others. Its address is made by
    `dossier_address`, never by its name: "%2F" of a code is no step of a path."""

    regex = r"[^\x00-\x1f]+?"

    def to_python(self, value: str) -> str:
        return dossier_code_in(value)


class ProcedureCode(StringConverter):
    """A procedure's national code, or a provisional one of the ward's own."""

    regex = r"[0-9]{1,2}\.[0-9]{6}|TAM-[0-9]{1,4}"


register_converter(Code, "code")
register_converter(ProcedureCode, "procedure")
