"""The library: snippets, caveats, works cited, source records and texts, as people wrote them in folders.

Other packages import `loader` (`Library`, `load_library`), `folders` and `search`; `ingest`
adds to a library. Whether snippets agree with their sources is checked in `briefgen.evidence`.
"""
