"""What has been sent and answered: the log of a campaign, and what a later one can say about it.

Other packages import `log` (reading and appending to it) and `history` (what is known of each recipient).
"""
