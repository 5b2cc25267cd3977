"""The incident lab: a small shop of real processes in which faults are injected and recorded.

Its law: nothing in a recording is invented. Load, faults, metrics, logs, traces and the alert come from processes that
ran; only the commit texts beside a deploy are written by hand, because no repository stands behind the shop. Compass
itself never imports this package; it reads the folders it writes.
"""
