"""Uploaded files, kept in memory: first a promise with an upload URL, then bytes, then shared into channels."""

import mimetypes
from dataclasses import dataclass, replace

from bot.sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file; `shares` are the messages it hangs on, as (channel id, timestamp)."""

    id: str
    name: str
    title: str
    user_id: str
    created: int
    upload_key: str
    announced_length: int
    alt_text: str = ""
    content: bytes | None = None
    complete: bool = False
    shares: tuple[tuple[str, str], ...] = ()

    @property
    def mimetype(self) -> str:
        """From the name, as Slack guesses too."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def is_image(self) -> bool:
        """Whether a page can show it; SVG is not, since it can carry scripts."""
        return self.mimetype in {"image/png", "image/jpeg", "image/gif", "image/webp"}

    def as_wire(self, base_url: str, private_channels: frozenset[str] = frozenset()) -> JsonObject:
        """Slack's file object."""
        url = f"{base_url}files/{self.id}/{self.name}"
        shares: JsonObject = {}
        for channel_id, ts in self.shares:
            kind = "private" if channel_id in private_channels else "public"
            shares.setdefault(kind, {}).setdefault(channel_id, []).append({"ts": ts})
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2].lower(),
            "user": self.user_id,
            "size": len(self.content or b""),
            "mode": "hosted",
            "is_external": False,
            "alt_txt": self.alt_text,
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
            "channels": [channel_id for channel_id, _ in self.shares],
            "shares": shares,
        }


class FileStore:
    """Files by id and by upload key."""

    def __init__(self) -> None:
        """Begin with none."""
        self._files: dict[str, StoredFile] = {}

    def get(self, file_id: str) -> StoredFile | None:
        """The file with this id."""
        return self._files.get(file_id)

    def by_upload_key(self, key: str) -> StoredFile | None:
        """The file that was promised under this upload URL."""
        return next((file for file in self._files.values() if file.upload_key == key), None)

    def put(self, file: StoredFile) -> StoredFile:
        """Add a file, or replace it by its new state."""
        self._files[file.id] = file
        return file

    def receive(self, file: StoredFile, content: bytes) -> StoredFile:
        """Keep the uploaded bytes."""
        return self.put(replace(file, content=content))

    def share(self, file: StoredFile, channel_id: str, ts: str) -> StoredFile:
        """Note the message the file hangs on."""
        return self.put(replace(file, shares=(*file.shares, (channel_id, ts))))
