"""A publisher on this machine, who serves one file over HTTP."""

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Publisher(ThreadingHTTPServer):
    """Serves ``content``; ``asked`` are the headers it was asked with."""

    breaks_after = None  # bytes

    def __init__(self, content):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.asked = content, []

    def archive(self, name="corpus.zip", **other):
        """What ``obtain`` needs to know of the file."""
        return {
            "url": f"http://127.0.0.1:{self.server_port}/{name}?download=1",
            "name": name,
            "md5": hashlib.md5(self.content).hexdigest(),
        } | other


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.headers)
        if "elsewhere" in self.path:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content[: self.server.breaks_after])

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def serving(content):
    """A publisher who answers until the block ends."""
    with Publisher(content) as publisher:
        thread = threading.Thread(target=publisher.serve_forever, args=[0.01])
        thread.start()
        try:
            yield publisher
        finally:
            publisher.shutdown()
            thread.join()
