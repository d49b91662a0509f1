"""What is done with finished letters: one file to print, envelopes, labels, drafts of e-mails.

It composes no letter and sends nothing.
"""
