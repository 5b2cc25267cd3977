"""Money: put aside before a call is sent, settled with what it did cost; within a run, and in what a day may cost.

words -> till -> accounts
"""

from orchestrator.budget.accounts import AgentAccount, Budget, CallReservation, Record, Room, keep_nothing
from orchestrator.budget.amounts import MOST_MONEY, refusing
from orchestrator.budget.till import ALLOWANCE_REMEDY, Till, Tills

__all__ = [
    "ALLOWANCE_REMEDY",
    "MOST_MONEY",
    "AgentAccount",
    "Budget",
    "CallReservation",
    "Record",
    "Room",
    "Till",
    "Tills",
    "keep_nothing",
    "refusing",
]
