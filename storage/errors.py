"""What can go wrong with the file that keeps everything, sorted by what to do next.

    OrchestratorError
    └── StorageError                  storage                  503  the database did not do as it was asked
        ├── StorageClosedError        storage_closed           503  asked before open() or after aclose()
        ├── StorageInUseError         storage_in_use           503  another process holds the file: which one to stop
        ├── StorageFullError          storage_full             503  no room: nothing was stored, what was there is safe
        ├── StorageUnreachableError   storage_unreachable      503  the file or its folder cannot be opened or written
        ├── StorageUnreadableError    storage_unreadable       503  the file is damaged, or no database of Compass's
        ├── StorageReadOnlyError      storage_read_only        503  opened for reading, asked to write
        └── StorageVersionError       storage_version          503  the file is older or newer than this program

No message holds the text of SQLite or of the operating system; that stays in `__cause__`, for a debugger.
"""

from orchestrator.errors import OrchestratorError


class StorageError(OrchestratorError):
    """The database did not do as it was asked. Nothing was stored."""

    kind = "storage"
    status = 503


class StorageClosedError(StorageError):
    """The store was asked before it was opened, or after it was closed."""

    kind = "storage_closed"
    default_remedy = "Open the store first; after it was closed, open it again."


class StorageInUseError(StorageError):
    """Another process works on the file."""

    kind = "storage_in_use"


class StorageFullError(StorageError):
    """No room on the disk. Nothing was stored, and what was there before is safe."""

    kind = "storage_full"
    default_remedy = "Make room on the disk that holds the database; nothing that was stored is lost."


class StorageUnreachableError(StorageError):
    """The file or its folder cannot be opened, or not be written."""

    kind = "storage_unreachable"
    default_remedy = "Check that the folder exists and that this user may write there, or choose another file."


class StorageUnreadableError(StorageError):
    """The file is damaged, or it is no database of Compass's."""

    kind = "storage_unreadable"
    default_remedy = "Choose another file, or put a backup in its place; docs/storage.md says how."


class StorageReadOnlyError(StorageError):
    """The store was opened for reading and asked to write."""

    kind = "storage_read_only"
    default_remedy = "Open the store for writing; only one process at a time may."


class StorageVersionError(StorageError):
    """The file was made by another version of Compass, and this one cannot use it as it is."""

    kind = "storage_version"
