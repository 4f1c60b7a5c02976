"""Cải Cách: the ward's plan of administrative reform, read, checked and followed through its year."""

__version__ = "0.1.0"
