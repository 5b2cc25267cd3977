"""The proxy as a process: all links of the shop and a control port. `python -m bench.lab.proxy_server NAME...`.

It prints `ready PORT`, the port of its control: `GET /links` (name to port), `GET /stats`, `POST /upstream`
({link, port}) and `POST /trouble` ({link, latency_ms, ...}; only the link's name makes it healthy again).
"""

import asyncio
import sys
from dataclasses import asdict

from aiohttp import web

from bench.lab.proxy import Link, Trouble


def build(links: dict[str, Link]) -> web.Application:
    """The control application around open links."""

    async def listing(_request: web.Request) -> web.Response:
        return web.json_response({name: link.port for name, link in links.items()})

    async def stats(_request: web.Request) -> web.Response:
        return web.json_response({name: asdict(link.stats) for name, link in links.items()})

    async def upstream(request: web.Request) -> web.Response:
        body = await request.json()
        links[body["link"]].upstream = int(body["port"])
        return web.json_response({})

    async def trouble(request: web.Request) -> web.Response:
        body = await request.json()
        link = links[body.pop("link")]
        link.trouble = Trouble(**body)
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/links", listing)
    app.router.add_get("/stats", stats)
    app.router.add_post("/upstream", upstream)
    app.router.add_post("/trouble", trouble)
    return app


async def serve(names: list[str]) -> None:
    """Open every link and serve the control port until the process is ended."""
    links = {name: Link(name) for name in names}
    for link in links.values():
        await link.open()
    runner = web.AppRunner(build(links), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ready {runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
