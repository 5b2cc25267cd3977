"""The state of the look-alike: pure, synchronous, in memory. It knows no network, no rule of the Web API and no page.

Values are frozen and replaced; every replacement is told to the subscribers. Rules of who may do what live in `api`.
"""
