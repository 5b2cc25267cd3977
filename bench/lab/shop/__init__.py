"""The shop's services: each runs as a process of its own and talks HTTP to the others.

A service knows its peers only by the address of its link; it never learns that a proxy stands between. What a release
changes is a set of feature names in its configuration, so that a deploy is a new process with other behaviour.
"""
