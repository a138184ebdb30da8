"""Stands for the runtime's program in a soak: does nothing, and says that it went well."""

import http.server
import json
import os
import sys

DIGEST = "sha256:" + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802  # the base class calls it so
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):
        pass


def serve():
    host, port = sys.argv[sys.argv.index("--address") + 1].rsplit(":", 1)
    http.server.HTTPServer((host, int(port)), Healthy).serve_forever()


def main():
    if "serve" in sys.argv[1:2]:
        serve()
    told = json.dumps({"code": 0, "reason": "Completed", "digest": DIGEST})
    for path in (os.environ.get("KAITO_TERMINATION_LOG", ""), "/dev/termination-log"):
        try:
            with open(path, "w", encoding="utf-8") as log:
                log.write(told)
            break
        except OSError:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
