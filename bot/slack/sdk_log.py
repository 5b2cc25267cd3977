"""The SDK's own log lines, without their texts.

The SDK writes exceptions, addresses with tickets and whole request bodies into its messages. Of those only where and how
bad is passed on; the level keeps it from building the messages at all where it can.
"""

import logging

import structlog

BOLT = "slack_bolt"
"""Bolt names loggers after the app's name too; an app named below this one stays below it."""


QUIET_S = 60.0
"""The SDK tries again every few seconds while Slack is gone; a place in it is heard once in this time."""


class _Forward(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Say where in the SDK something went wrong, and which kind of error it was; never its text."""
        where = f"{record.module}.{record.funcName}:{record.lineno}"
        if record.created < self._told.get(where, 0.0) + QUIET_S:
            return
        self._told[where] = record.created
        kind = record.exc_info[0] if record.exc_info else None
        error = {"error": kind.__name__} if kind else {}
        structlog.get_logger("compass.slack.sdk").warning("slack_sdk", where=where, **error)


def sdk_logger() -> logging.Logger:
    """A logger for the SDK, in no hierarchy, so that nobody else's handlers see the raw messages.

    Bolt copies it into loggers below `slack_bolt`, and parts of the SDK write to `slack_sdk` whatever they are handed;
    those two are cut off from the root.
    """
    for name, handler in ((BOLT, logging.NullHandler()), ("slack_sdk", _Forward())):
        theirs = logging.getLogger(name)
        theirs.propagate = False
        theirs.handlers = [handler]
    logger = logging.Logger("compass.slack.sdk.raw", logging.ERROR)  # noqa: LOG001 - in no hierarchy on purpose
    logger.propagate = False
    logger.addHandler(_Forward())
    return logger
