"""Exit statuses: what a script can learn without reading."""

from enum import IntEnum

from orchestrator.model import InvestigationState


class ExitStatus(IntEnum):
    """Documented in `compass investigate --help`; 2 is also click's own for a wrong use."""

    OK = 0
    ERROR = 1
    USAGE = 2
    FAILED = 3
    STOPPED = 4
    WAITING = 5
    INTERRUPTED = 130


OF_STATE = {
    InvestigationState.COMPLETED: ExitStatus.OK,
    InvestigationState.FAILED: ExitStatus.FAILED,
    InvestigationState.STOPPED: ExitStatus.STOPPED,
    InvestigationState.WAITING_APPROVAL: ExitStatus.WAITING,
    InvestigationState.QUEUED: ExitStatus.ERROR,
    InvestigationState.RUNNING: ExitStatus.ERROR,
}
