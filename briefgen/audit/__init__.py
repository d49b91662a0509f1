"""Audit a draft that anybody wrote: what the library bears out, what differs, what nothing bears out.

A reader of files builds a `draft.Draft`; `audit.audit_draft` compares it with a library; whoever shows the
result takes a `findings.AuditReport`.
"""
