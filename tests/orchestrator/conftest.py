"""Runs are tested over both stores."""

from tests.support.stores import memory as memory
from tests.support.stores import store as store
