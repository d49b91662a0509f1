"""Importers of recipients: US Congress, Open States, Popolo, CSV and XLSX, all with the same options.

Call `run.import_recipients`. A new importer is one module that defines a `registry.Importer`, and an entry in
`registry.IMPORTERS`; `base` has what importers of published data share.
"""
