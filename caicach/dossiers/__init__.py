"""Dossiers: what people asked the ward for, where it stands, by when it is promised."""
