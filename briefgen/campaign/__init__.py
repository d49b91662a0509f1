"""From campaign.yaml to letters and briefings: opens, checks, explains and starts campaigns.

`open.open_campaign` loads a campaign and checks everything in it; `job` makes its letters. Others use these
two, `check`, `explain` and `scaffold`.
"""
