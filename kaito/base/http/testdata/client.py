"""Python's own HTTP client against the server under test; prints "fine" at the end.

Argument: the port.
"""

import http.client
import json
import sys


def check(condition, what):
    if not condition:
        raise SystemExit("wrong: %r" % (what,))


def main():
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(sys.argv[1]), timeout=30)
    connection.connect()
    port = connection.sock.getsockname()[1]

    def ask(method, path, body=None, headers={}, **more):
        connection.request(method, path, body=body, headers=headers, **more)
        response = connection.getresponse()
        return response, response.read()

    # All on one connection.
    response, body = ask("GET", "/echo/a%20b?x=1&y=%C3%A9")
    check(response.status == 200 and response.version == 11, response.status)
    check(response.getheader("Content-Type") == "text/plain", response.headers)
    check(response.getheader("Date").endswith("GMT"), response.headers)
    check(body == b"GET /echo/a b x=1 y=\xc3\xa9 ", body)

    response, body = ask("HEAD", "/echo/a")
    check(body == b"" and response.getheader("Content-Length") == "13", body)

    response, body = ask("POST", "/echo", b"\0" * 100000)
    check(body == b"POST /echo " + b"\0" * 100000, len(body))

    response, body = ask("PUT", "/echo", iter([b"one", b"two"]),
                         {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    check(body == b"PUT /echo onetwo", body)

    response, body = ask("GET", "/stream")
    check(response.getheader("Transfer-Encoding") == "chunked", response.headers)
    check(body == b"".join(b"event %d\n" % i for i in range(100)), body)

    response, body = ask("GET", "/no-content")
    check(response.status == 204 and body == b"", response.status)
    check(response.getheader("Content-Length") is None, response.headers)

    response, body = ask("GET", "/nowhere")
    check(response.status == 404, response.status)
    check(json.loads(body) == {"code": 404, "message": "no such path"}, body)

    check(connection.sock.getsockname()[1] == port, "the connection was closed")
    print("fine")


main()
