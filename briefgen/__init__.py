"""briefgen turns evidence into letters and briefing papers."""

__version__ = "0.1.0"
