"""Where telemetry is read from. Each source implements the core's ports and passes the one contract suite for them.

Nothing outside this package knows what a store looks like; nothing in here knows what its data means.
"""
