"""Every word of the three forms: a new investigation, another window, and why a hypothesis is rejected."""

REJECT_TITLE = "Reject a hypothesis"
REJECT_INTRO = "The hypothesis stays in the record. A reason helps the next person; none is needed."
REJECT_PRESET, REJECT_REASON = "Reason", "In your own words"
REJECT_PRESETS = {
    "elsewhere": "The cause is elsewhere",
    "symptom": "It is a symptom, not the cause",
    "known": "Known and harmless",
    "evidence": "The evidence does not support it",
    "planned": "Planned work",
}

WINDOW_TITLE = "Change window"
WINDOW_INTRO = (
    "The run that is going on stops with what it has. A new one starts from this time, with a budget of its own."
)
WINDOW_LABEL, WINDOW_HINT = "Since", "14:00 in your time zone, 14:00Z, 45m, or 2026-03-14T14:00Z"

NEW_TITLE = "New investigation"
NEW_MODE = "sequential"
NEW_LABELS = {
    "incident": "Incident id",
    "title": "What is wrong",
    "services": "Affected services",
    "since": "Since",
    "until": "Until",
    "severity": "Severity",
    "budget": "Budget in dollars",
    "mode": "Mode",
    "agents": "Agents",
}
SOURCES = {
    "typed": "As typed.",
    "said": "Read from your words.",
    "model": "Read by a model: check it.",
    "form": "From a form.",
    "record": "From the record.",
    "default": "Default: nobody said.",
}
"""Where a value came from that stands in a form when it opens."""
LEFT_EMPTY = "Left empty: what is known of the incident."
NEW_HINTS = {
    "incident": "For example INC-123. Enough by itself for an incident that is known.",
    "title": "Needed where there is no incident id. " + LEFT_EMPTY,
    "services": "Separated by commas: checkout, payments. " + LEFT_EMPTY,
    "since": "14:00 in your time zone, 14:00Z, 45m, or a date with time. " + LEFT_EMPTY + " Default: 30 minutes ago.",
    "until": "For trouble that is over. Left empty: it goes on, or what is known of the incident.",
    "severity": LEFT_EMPTY + " Default: unknown.",
    "budget": "More than 0, at most 1000. Left empty: the default.",
    "mode": "",
    "agents": "Separated by commas. Left empty: all.",
}
NEW_EXAMPLES = {
    "incident": "INC-123",
    "title": "checkout answers 5xx",
    "services": "checkout",
    "since": "30m",
    "until": "14:45",
    "budget": "10",
    "agents": "database, network",
}
SEVERITY_OPTIONS = {
    "SEV1": "SEV1 critical",
    "SEV2": "SEV2 high",
    "SEV3": "SEV3 medium",
    "SEV4": "SEV4 low",
}
MODE_OPTIONS = {
    "sequential": "Sequential: one agent after the other",
    "parallel": "Parallel: all agents at once",
}
INCIDENT_RULE = "must be an id such as INC-123"
NOTHING_NAMED = "Give an incident id, or say what is wrong."
ENDS_BEFORE = "Must lie after Since."
FORM_RULE = "{rule}. For example: {example}"
