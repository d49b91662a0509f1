"""Print and e-mail finished letters: one PDF to print, envelopes, labels and e-mail drafts.

Nothing here composes a letter or sends anything. Other packages import the modules directly.
"""
