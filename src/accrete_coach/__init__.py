"""A companion that notices which working practices your sessions with coding agents use."""

__version__ = "0.1.0"
