"""A small GitHub on loopback: deployments, their statuses and what commits changed, in the documented shapes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def deployment(number: int, sha: str, at: datetime, environment: str = "production", **more: Any) -> dict[str, Any]:
    """One deployment as `GET /repos/{owner}/{repo}/deployments` tells it."""
    return {
        "url": f"https://api.github.com/repos/acme/orders/deployments/{number}",
        "id": number,
        "node_id": "MDEwOkRlcGxveW1lbnQx",
        "sha": sha,
        "ref": "main",
        "task": "deploy",
        "payload": {},
        "original_environment": "staging",
        "environment": environment,
        "description": "Deploy request",
        "creator": {"login": "ana", "id": 1, "type": "User"},
        "created_at": iso(at),
        "updated_at": iso(at),
        "transient_environment": False,
        "production_environment": True,
        **more,
    }


def status(state: str, at: datetime) -> dict[str, Any]:
    """One status as `GET /repos/{owner}/{repo}/deployments/{id}/statuses` tells it."""
    return {
        "id": 1,
        "state": state,
        "creator": {"login": "ana"},
        "description": "",
        "environment": "production",
        "created_at": iso(at),
        "updated_at": iso(at),
    }


def compared(message: str, *files: tuple[str, str]) -> dict[str, Any]:
    """Two commits compared, as `GET /repos/{owner}/{repo}/compare/{base}...{head}` tells it."""
    return {
        "status": "ahead",
        "ahead_by": 2,
        "commits": [
            {"sha": "1", "commit": {"message": "first", "author": {"name": "Ben"}}},
            {"sha": "2", "commit": {"message": message, "author": {"name": "Ana"}}},
        ],
        "files": [{"filename": name, "status": "modified", "patch": patch} for name, patch in files],
    }


@asynccontextmanager
async def github(answers: dict[str, Any]) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """The server's address and what it was asked. `answers` by path; a number is a status, anything else is not found."""
    asked: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request)
        answer = answers.get(request.path, 404)
        return (
            web.json_response({"message": "no"}, status=answer)
            if isinstance(answer, int)
            else web.json_response(answer)
        )

    app = web.Application()
    app.router.add_get("/{anything:.*}", handle)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("/")), asked
    finally:
        await server.close()
