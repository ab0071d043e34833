"""The change office: from an idea to the leadership dashboard in one thread."""

__version__ = "0.1.0"
