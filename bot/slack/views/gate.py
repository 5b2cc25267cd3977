"""A gate: one new reply that asks, with what one has to know to answer. Once answered the card stays as the record."""

from bot.slack import wording
from bot.slack.blocks import Block, Message, button, buttons, context, message, section
from bot.slack.ids import Action, Target
from bot.slack.text import joined, literal, mention, plain
from bot.slack.times import clock
from bot.slack.views.answers import say
from bot.slack.views.picture import Picture, notification, recorded
from orchestrator.model import Gate, GateState, dollars

MOST_NAMED = 10


def gate(picture: Picture, gate_id: str) -> Message:
    """The card of that gate as it should stand now. Who asked is mentioned; people and groups who may answer are only named."""
    asked = next(each for each in picture.view.gates if each.gate_id == gate_id)
    person = picture.view.investigation.requested_by
    reason = literal(asked.reason, 900)
    agent = wording.GATE_AGENT.format(agent=picture.title_of(asked.agent_id)) if asked.agent_id else ""
    text = wording.GATE_TEXT.format(
        incident=literal(picture.incident.incident_id, 40), reason=literal(asked.reason, 200)
    )
    return message(
        notification(text, picture.incident),
        section(
            [
                joined([mention(person.user_id, person.name), f"*{reason}*"], " "),
                joined([agent, recorded(picture.incident)]),
                *(literal(each, 300) for each in asked.context[:8]),
                "" if asked.is_open else f"→ {answer(asked, picture)}",
            ]
        ),
        context([_who_and_until(asked, picture)]) if asked.is_open else None,
        _buttons(asked, picture),
    )


def answer(settled: Gate, picture: Picture) -> str:
    """How it was answered, in a line: what, who, when, and what they said to it."""
    return joined(
        [
            _what(settled),
            literal(str(settled.by), 60) if settled.by else "",
            clock(settled.at, picture.view.updated_at) if settled.at else "",
            literal(settled.said, 200),
        ]
    )


def answered_before(settled: Gate, picture: Picture) -> Message:
    """Somebody else was first, or its time was over."""
    words = wording.ANSWERED_BEFORE.format(answer=answer(settled, picture))
    return say(words, is_recorded=picture.incident.recorded)


def may_not_answer(why: str, unknown: tuple[str, ...], *, is_recorded: bool) -> Message:
    """That person may not; `unknown` are the groups that Slack told nothing about."""
    groups = ", ".join(literal(each, 60) for each in unknown[:MOST_NAMED])
    told = wording.GROUPS_UNKNOWN.format(groups=groups) if unknown else ""
    return say(joined([literal(why, 300), told], " "), is_recorded=is_recorded)


def asking(picture: Picture) -> str:
    """What is asked in that run just now, in half a sentence; "" where nothing is."""
    reasons = [literal(each.reason, 200) for each in picture.view.open_gates[:3]]
    return wording.GATE_OPEN.format(reason="; ".join(reasons)) if reasons else ""


def _what(settled: Gate) -> str:
    if settled.state is GateState.APPROVED and settled.extend_by:
        return wording.EXTENDED_BY.format(amount=dollars(settled.extend_by).removesuffix(".00"))
    return wording.GATE_SETTLED[settled.state]


def _who_and_until(asked: Gate, picture: Picture) -> str:
    until = clock(asked.expires_at, picture.view.updated_at) if asked.expires_at else ""
    return joined(
        [
            wording.MAY_ANSWER.format(who=_who(asked, picture)),
            wording.ENDS_ITSELF.format(time=until) if until else "",
        ],
        " ",
    )


def _who(asked: Gate, picture: Picture) -> str:
    rules, requester = asked.approvers, literal(str(picture.view.investigation.requested_by), 60)
    named = (*rules.people, *rules.groups)[:MOST_NAMED]
    if not named:
        return wording.ANYBODY if rules.requester else wording.ANYBODY_ELSE.format(who=requester)
    names = [literal(picture.names.get(each, each), 60) for each in named]
    return ", ".join([*([requester] if rules.requester else []), *names])


def _buttons(asked: Gate, picture: Picture) -> Block | None:
    if not asked.is_open:
        return None
    target = Target(picture.investigation_id, asked.gate_id)
    return buttons(
        button(plain(asked.approve, 60) or wording.APPROVE, Action.APPROVE, target, style="primary"),
        button(plain(asked.deny, 60) or wording.DENY, Action.DENY, target, style="danger"),
    )
