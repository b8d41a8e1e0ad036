"""Agents' files -> facts. Nothing else knows a file format."""
