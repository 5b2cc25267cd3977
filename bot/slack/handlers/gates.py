"""Approve and Deny. Every click is answered: by the card, or for one person's eyes where they may not or were not the first."""

from bot.slack.ids import Target
from bot.slack.kit import Kit
from bot.slack.request import Request
from bot.slack.views.gate import answered_before, may_not_answer
from orchestrator.errors import ApprovalRequiredError


async def approve(kit: Kit, request: Request) -> None:
    """Somebody lets it go on."""
    await _answer(kit, request, approved=True)


async def deny(kit: Kit, request: Request) -> None:
    """Somebody does not."""
    await _answer(kit, request, approved=False)


async def _answer(kit: Kit, request: Request, *, approved: bool) -> None:
    target = Target.read(request.value)
    picture = await kit.picture(target.investigation_id)
    asked = picture.view.gate(target.subject)
    member = await kit.people.groups_of(request.person.user_id, asked.approvers.groups if asked else ())
    key = (kit.workspace, target.investigation_id, target.subject)
    try:
        answered = await kit.service.answer_gate(*key, approved=approved, by=request.person, groups=member.groups)
    except ApprovalRequiredError as refused:
        told = may_not_answer(refused.message, member.unknown, is_recorded=picture.incident.recorded)
        await kit.teller.tell(request, told)
        return
    if not answered.first:
        await kit.teller.tell(request, answered_before(answered.gate, await kit.picture(target.investigation_id)))
