"""Compose letters and briefings: select snippets, run templates, set citations, build the evidence record.

Other packages mainly import `composer.Composer`, which does all of it for one campaign; `templates`,
`select`, `shortening` and `record` are also imported on their own. Nothing here knows an output format.
"""
