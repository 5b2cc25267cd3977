"""What stands out in telemetry, against the time before: pure functions over columns.

The law: no I/O, no clock, no randomness, no knowledge of any system. The same input in any order gives the same answer.
A quiet stretch must come out quiet, so every finding has to show three things: far outside what was usual, more than a
trifle in its own unit, and for longer than a blink.
"""
