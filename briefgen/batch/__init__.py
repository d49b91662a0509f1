"""Makes all letters of a campaign in parallel, and only those that are missing or out of date.

`runner.run_batch` runs a batch from beginning to end. Others use it together with `tasks` (the job), `plan`
(which letters to make), `outputs` (where they go), `preview` (what a run would do) and `shards` (parts).
"""
