"""A delivery of Slack's, translated: who asked, where, and by which ways they can be answered. Pure.

The law: payloads are read here and nowhere else, and only what Slack itself filled in is believed: who and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.slack.ids import Errand, Place, UnreadableValueError
from orchestrator.model import Person

Body = Mapping[str, Any]
NOBODY = "unknown"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody did. `team_id` is their own workspace; `view_id` the modal they did it in, "" for a message.

    `text` is what was typed (a command, a mention, the message of a shortcut), `value` a button's, `metadata` a form's,
    `fields` what a form holds.
    """

    person: Person
    place: Place
    request_id: str
    team_id: str = ""
    enterprise_id: str = ""
    response_url: str = ""
    trigger_id: str = ""
    text: str = ""
    value: object = None
    view_id: str = ""
    metadata: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def of_command(body: Body, request_id: str) -> Request:
    """A slash command. It has no thread: Slack does not let one be typed there."""
    return Request(
        person=_person(body.get("user_id"), body.get("user_name")),
        place=Place(_text(body.get("channel_id"))),
        request_id=request_id,
        team_id=_text(body.get("team_id")),
        enterprise_id=_text(body.get("enterprise_id")),
        response_url=_text(body.get("response_url")),
        trigger_id=_text(body.get("trigger_id")),
        text=_text(body.get("text")),
    )


def of_click(body: Body, request_id: str) -> Request:
    """A button, in a message or in a modal."""
    action = (body.get("actions") or [{}])[0]
    message, view = body.get("message") or {}, body.get("view") or {}
    channel = _text((body.get("channel") or {}).get("id"))
    thread_ts = _text(message.get("thread_ts") or message.get("ts"))
    return Request(
        **_who(body),
        place=Place(channel, thread_ts if channel else ""),
        request_id=request_id,
        response_url=_text(body.get("response_url")),
        trigger_id=_text(body.get("trigger_id")),
        value=action.get("value"),
        view_id=_text(view.get("id")),
        metadata=_text(view.get("private_metadata")),
    )


def of_shortcut(body: Body, request_id: str) -> Request:
    """A message shortcut: its text is the message's."""
    message = body.get("message") or {}
    return Request(
        **_who(body),
        place=Place(_text((body.get("channel") or {}).get("id")), _text(message.get("thread_ts") or message.get("ts"))),
        request_id=request_id,
        response_url=_text(body.get("response_url")),
        trigger_id=_text(body.get("trigger_id")),
        text=_text(message.get("text")),
    )


def of_submission(body: Body, request_id: str) -> Request:
    """A form. Where it was asked for stands in its metadata; nowhere, where those are not ours."""
    view = body.get("view") or {}
    state: Mapping[str, Mapping[str, Any]] = (view.get("state") or {}).get("values") or {}
    fields = {name: _entered(element) for block in state.values() for name, element in block.items()}
    return Request(
        **_who(body),
        place=_asked_for(view.get("private_metadata")),
        request_id=request_id,
        trigger_id=_text(body.get("trigger_id")),
        metadata=_text(view.get("private_metadata")),
        fields=fields,
    )


def of_mention(body: Body, request_id: str) -> Request:
    """Somebody wrote to the bot, perhaps in a thread."""
    event = body.get("event") or {}
    return Request(
        person=_person(event.get("user"), ""),
        place=Place(_text(event.get("channel")), _text(event.get("thread_ts"))),
        request_id=request_id,
        team_id=_text(event.get("user_team") or event.get("team") or body.get("team_id")),
        text=_text(event.get("text")),
    )


def delivery_id(body: Body) -> str:
    """The same for the same delivery, also when it comes twice; "" where Slack gave it none."""
    return _text(body.get("event_id") or body.get("trigger_id"))


def _asked_for(metadata: object) -> Place:
    try:
        return Errand.read(metadata).place
    except UnreadableValueError:
        return Place("")


def _who(body: Body) -> dict[str, Any]:
    user = body.get("user") or {}
    enterprise = (body.get("enterprise") or {}).get("id") or user.get("enterprise_id")
    return {
        "person": _person(user.get("id"), user.get("username") or user.get("name")),
        "team_id": _text(user.get("team_id") or (body.get("team") or {}).get("id")),
        "enterprise_id": _text(enterprise),
    }


def _person(user_id: object, name: object) -> Person:
    return Person(user_id=_text(user_id)[:200] or NOBODY, name=_text(name)[:200])


def _entered(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option") or {}
    return _text(element.get("value") or chosen.get("value")).strip()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
