"""What the scenarios need around them: data over HTTP, registries that work and that refuse."""

import contextlib
import http.server
import os
import socket
import subprocess
import tempfile
import threading
import urllib.request

from target import find_tool, wait_until


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802  # the base class calls it so
        self.server.answer(self)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_GET

    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def http_server(answer, host="127.0.0.1"):
    """Serves on a free port; answer(handler) writes each response. Gives host:port."""
    server = http.server.ThreadingHTTPServer((host, 0), _Handler)
    server.daemon_threads = True
    server.answer = answer
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler, code, body=b"", headers=()):
    handler.send_response(code)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def data_source(files, host="127.0.0.1"):
    """Offers {name: bytes}; everything else is 404."""

    def answer(handler):
        body = files.get(handler.path.lstrip("/").split("?")[0])
        if body is None:
            _send(handler, 404, b"no such file\n")
        else:
            _send(handler, 200, body)

    return http_server(answer, host)


def redirects(location, host="127.0.0.1"):
    """Sends everybody to another URL."""

    def answer(handler):
        _send(handler, 302, b"", [("Location", location)])

    return http_server(answer, host)


def refusing_registry(host="127.0.0.1"):
    """Answers 401 to everything."""

    def answer(handler):
        length = int(handler.headers.get("Content-Length") or 0)
        handler.rfile.read(length)
        _send(handler, 401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', [("WWW-Authenticate", 'Basic realm="closed"')])

    return http_server(answer, host)


def _free_port(host):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def registry(host="127.0.0.1"):
    """Debian's docker-registry on a free port. Gives host:port."""
    program = find_tool("docker-registry")
    with tempfile.TemporaryDirectory() as root:
        address = f"{host}:{_free_port(host)}"
        config = os.path.join(root, "config.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                "version: 0.1\n"
                "log: {level: error}\n"
                f"storage: {{filesystem: {{rootdirectory: {root}/data}}}}\n"
                f'http: {{addr: "{address}"}}\n'
            )
        process = subprocess.Popen(
            [program, "serve", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until(
                f"the registry at {address}",
                lambda: urllib.request.urlopen(f"http://{address}/v2/", timeout=2).status == 200,
                timeout=20,
            )
            yield address
        finally:
            process.terminate()
            process.wait(20)
