"""Hubs are tested over both stores."""

from tests.support.stores import store as store
