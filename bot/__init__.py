"""The program around the core: surfaces (Slack, terminal, sandbox), settings, telemetry, and the root that joins them.

Surfaces are strangers to each other; only `bootstrap` sees all. No surface holds a rule: they translate to the service and
show its views.
"""
