"""What people changed, from where it is told: posted to Compass and kept, or asked of GitHub; all of them as one source.

The law: a change is known by its id, and told once however many tell it. Text that people wrote is masked where it comes
in, before anybody keeps it.
"""

from agents.sources.changes.github import HEADERS, GitHubChanges, Repository
from agents.sources.changes.kept import KeptChanges
from agents.sources.changes.merged import MergedChanges
from agents.sources.changes.posted import MOST_AT_ONCE, RefusedChangesError, posted_changes
from agents.sources.changes.webhook import change_of_webhook

__all__ = [
    "HEADERS",
    "MOST_AT_ONCE",
    "GitHubChanges",
    "KeptChanges",
    "MergedChanges",
    "RefusedChangesError",
    "Repository",
    "change_of_webhook",
    "posted_changes",
]
