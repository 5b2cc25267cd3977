"""Which known name is meant by what people type: one law for options, forms, sentences and titles. Pure."""

from orchestrator.naming.meaning import NOBODY, Meant, meant

__all__ = ["NOBODY", "Meant", "meant"]
