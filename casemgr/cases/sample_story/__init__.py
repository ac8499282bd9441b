"""The story of the sample case: when, who, which papers, what was logged. Everything in it is made up.

Plain data without database and request. `days` comes first: every date is counted from today, so that the sample is
always in the middle of a dispute, with deadlines that run.
"""
