"""An HTTP/1.1 server of the standard library's for the client's tests.

Prints its port, and ends when its standard input is closed. What it does is chosen
by the path; see Handler. With --cert and --key it speaks TLS, with --client-ca it
wants a client certificate.
"""

import argparse
import gzip
import hashlib
import http.server
import os
import socket
import ssl
import struct
import sys
import threading
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, code, body=b"", headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def start_chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def wait_for_close(self):
        self.connection.recv(1)
        self.close_connection = True

    def do(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        kind = url.path.split("/")[1]
        argument = url.path.split("/")[2] if url.path.count("/") > 1 else ""
        getattr(self, "on_" + kind.replace("-", "_"))(argument, query)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do

    def on_echo(self, argument, query):
        """The request as text; its TCP port and SNI name in headers."""
        body = self.body()
        lines = ["%s %s" % (self.command, self.path)]
        lines += ["%s: %s" % item for item in sorted(self.headers.items())]
        text = "\n".join(lines).encode() + b"\n\n" + body
        peer = ""
        if isinstance(self.connection, ssl.SSLSocket):
            certificate = self.connection.getpeercert() or {}
            peer = str(certificate.get("subject", ""))
        self.answer(200, text, [
            ("Client-Port", str(self.client_address[1])),
            ("Client-Certificate", peer),
            ("Server-Name", getattr(self.connection, "asked_name", "")),
        ])

    def on_status(self, argument, query):
        self.body()
        self.answer(int(argument), b'{"message":"as asked"}', list(query.items()))

    def on_bytes(self, argument, query):
        self.answer(200, b"x" * int(argument))

    def on_chunked(self, argument, query):
        self.start_chunks()
        for _ in range(int(argument)):
            self.chunk(b"y" * 1000)
        self.chunk(b"")

    def on_digest(self, argument, query):
        self.answer(200, hashlib.sha256(self.body()).hexdigest().encode())

    def on_cut(self, argument, query):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"z" * 10)
        self.close_connection = True

    def on_cut_chunks(self, argument, query):
        self.start_chunks()
        self.chunk(b"z" * 10)
        self.close_connection = True

    def on_reset(self, argument, query):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def on_silent(self, argument, query):
        self.wait_for_close()

    def on_open(self, argument, query):
        """One chunk, and then nothing until the client leaves."""
        self.start_chunks()
        self.chunk(b"first")
        self.wait_for_close()
        self.server.left.release()

    def on_left(self, argument, query):
        """Answers when a client of /open has left."""
        self.server.left.acquire()
        self.answer(200)

    def on_big_header(self, argument, query):
        self.answer(200, b"", [("Filler-%d" % i, "f" * 1000)
                               for i in range(int(argument))])

    def on_gzip(self, argument, query):
        self.answer(200, gzip.compress(b"\0" * int(argument)),
                    [("Content-Encoding", "gzip")])

    def on_interim(self, argument, query):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nInterim: yes\r\n\r\n")
        self.answer(200, b"final")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    left = threading.Semaphore(0)

    def handle_error(self, request, client_address):
        pass


def tls_context(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    if options.client_ca:
        context.load_verify_locations(options.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED

    def note_name(connection, name, _):
        connection.asked_name = name or ""

    context.sni_callback = note_name
    if options.old_tls:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def main():
    parser = argparse.ArgumentParser()
    for name in ("--cert", "--key", "--client-ca"):
        parser.add_argument(name)
    parser.add_argument("--old-tls", action="store_true")
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    if options.cert:
        # The handshake belongs to the connection's thread, not to the listener's.
        server.socket = tls_context(options).wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
