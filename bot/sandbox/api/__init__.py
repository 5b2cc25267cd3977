"""Slack's Web API: one function a method, from checked arguments to the answer's JSON, and what stands in front of them.

A call passes the fault switches, the token, the scopes and the rate limits before its method sees it. Errors are Slack's
own words (https://docs.slack.dev/reference/methods).
"""
