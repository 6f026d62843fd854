"""A Hugging Face hub on this machine: as much of it as an upload needs."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml


class FakeHub(ThreadingHTTPServer):
    """Keeps ``repositories`` (name to ``private`` and ``files``), ``stored``
    (sha256 to bytes) and how often large files were ``sent``.
    """

    daemon_threads = True

    def __init__(self, token="hf_secretsecretsecret"):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token, self.repositories = token, {}
        self.stored, self.sent, self.breaks = {}, 0, False

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.removeprefix("/api/models/").split("?")[0]
        name = name.removesuffix("/revision/main")
        known = self.server.repositories.get(name)
        if known is None:
            return self.answer({"error": "Repository not found"}, 404)
        files = [{"rfilename": file} for file in known["files"]]
        told = {"_id": "1", "id": name, "private": known["private"]}
        return self.answer({**told, "siblings": files, "sha": "0" * 40})

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self.answer({"error": "Invalid token"}, 401)
        path = self.path.split("?")[0]
        if path == "/api/repos/create":
            return self.create(json.loads(body))
        if path == "/api/validate-yaml":
            return self.validate(json.loads(body)["content"])
        if "/preupload/" in path:
            return self.sort(json.loads(body)["files"])
        if path.endswith("/info/lfs/objects/batch"):
            return self.offer(json.loads(body)["objects"])
        if "/commit/" in path:
            return self.commit(path, body.splitlines())
        return self.answer({"error": f"what is {path}?"}, 404)

    def do_PUT(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.breaks:
            return self.answer({"error": "the disk is on fire"}, 400)
        self.server.sent += 1
        self.server.stored[hashlib.sha256(content).hexdigest()] = content
        return self.answer({})

    def create(self, wanted):
        owner = wanted.get("organization")
        name = f"{owner}/{wanted['name']}" if owner else wanted["name"]
        known = self.server.repositories
        url = {"url": f"{self.server.address}/{name}", "id": name}
        if name in known:
            return self.answer({**url, "error": "it exists"}, 409)
        private = wanted.get("visibility", "") == "private"
        private = private or bool(wanted.get("private"))
        known[name] = {"private": private, "files": {}}
        return self.answer(url)

    def validate(self, content):
        """As the hub does: the head must be YAML, its licence a known one."""
        head = yaml.safe_load(content.split("---")[1])
        if head["license"] == "free-for-all":
            said = {"message": '"license" must be one of them'}
            return self.answer({"errors": [said], "warnings": []}, 400)
        return self.answer({"errors": [], "warnings": []})

    def sort(self, files):
        told = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["size"] > 50_000 else "regular",
                "shouldIgnore": False,
            }
            for file in files
        ]
        return self.answer({"files": told})

    def offer(self, objects):
        for one in objects:
            if one["oid"] not in self.server.stored:
                href = f"{self.server.address}/store/{one['oid']}"
                one["actions"] = {"upload": {"href": href}}
        return self.answer({"transfer": "basic", "objects": objects})

    def commit(self, path, lines):
        name = path.removeprefix("/api/models/").split("/commit/")[0]
        files = self.server.repositories[name]["files"]
        for line in map(json.loads, lines):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.stored[value["oid"]]
        url = f"{self.server.address}/{name}/commit/" + "0" * 40
        return self.answer({"commitUrl": url, "commitOid": "0" * 40})

    def answer(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def serving_hub():
    """A hub that answers until the block ends."""
    with FakeHub() as hub:
        thread = threading.Thread(target=hub.serve_forever, args=[0.01])
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
