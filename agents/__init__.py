"""Specialists that look into incidents: teams, the pure analysis they stand on, and the sources that telemetry comes from.

The law: agents observe and hypothesise; they never act, never meet each other, and reach the world only through the
ports of the core. Arrows run from teams to `analyzers`; nobody but the composition root knows `sources`.
"""
