"""What Slack shows: pure functions from a picture of an investigation to a message or a modal, one file for each.

The law: a view decides nothing and asks nobody. Same picture, same bytes; that is how the outbox knows an edit is needless.
"""
