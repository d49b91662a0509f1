"""Data classes shared by all stages: campaign, recipients, snippets, sources, branding and documents.

Anything may import from here; nothing here reads files or knows a format.
"""
