"""ClickHouse's HTTP interface over chdb (ClickHouse as a library): as much of it as qryn uses, and for nobody else.

A program of its own, run by the Python that has chdb: `chdb_over_http.py FOLDER`. It listens on a loopback port of the
system's choice, tells it in its first line, and ends when its input ends, so that it never outlives whoever started it.
Format: https://clickhouse.com/docs/interfaces/http
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb.session import Session

# Servers of the time that qryn was written for quoted these, and it counts on that.
SETTINGS = "SET output_format_json_quote_64bit_integers = 1"


class Database:
    """One session, one statement after the other: chdb is not made for threads."""

    def __init__(self, folder: str) -> None:
        self._session = Session(folder)
        self._session.query(SETTINGS)
        self._lock, self._used = threading.Lock(), ""

    def run(self, statement: str, database: str) -> bytes:
        """Its result, in the format that it names itself. Raises what chdb raises."""
        with self._lock:
            if self._used != database:
                self._session.query(f"USE {database or 'default'}")
                self._used = database
            return self._session.query(statement, "TabSeparated").bytes() or b""


class Handler(BaseHTTPRequestHandler):
    """One request: the statement is in the query, in the body, or begins in one and goes on in the other."""

    protocol_version = "HTTP/1.1"
    database: Database

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Run a statement."""
        asked = parse_qs(urlsplit(self.path).query)
        body = self._body().decode("utf-8", "replace")
        statement = "\n".join(part for part in (*asked.get("query", ()), body) if part)
        try:
            status, result = 200, self.database.run(statement, asked.get("database", [""])[0])
        except Exception as error:  # noqa: BLE001 -- whatever it was, the server's client is to hear of it
            status, result = 500, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(result)))
        self.end_headers()
        self.wfile.write(result)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)


def main(folder: str) -> None:
    """Serve until the input ends."""
    Handler.database = Database(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
