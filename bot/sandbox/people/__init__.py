"""What a person can do in Slack, done as Slack's own client would do it: type, click, fill in, submit, close.

The page and tests act through here alike.
"""
