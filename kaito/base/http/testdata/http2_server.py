"""A small HTTP/2 server over TLS for the client's tests, from RFC 9113, of no library.

Prints its port, and ends when its standard input is closed. It reads no header fields:
what it does is chosen by --mode. Its answers say which connection and which stream they
came by, how many streams were open, and what the body was.

    echo       answers each request when it is whole
    together   answers when as many requests are open as --count says
    big        answers with --count bytes, within the windows that the client opened
    reset      ends each stream with an error
    cut        promises a body, sends a part of it, and closes the connection
"""

import argparse
import hashlib
import os
import socket
import ssl
import struct
import sys
import threading

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
INITIAL_WINDOW_SIZE = 4
INTERNAL_ERROR = 2
FRAME_BYTES = 16384  # The largest that needs no agreement.


def literal(name, value):
    """A header field that is in no table, in HPACK without Huffman codes."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


class Stream:
    def __init__(self, window):
        self.body = hashlib.sha256()
        self.bytes = 0
        self.window = window  # Bytes that it may be sent.
        self.to_send = None


class Connection:
    def __init__(self, channel, number, options):
        self.channel = channel
        self.number = number
        self.options = options
        self.streams = {}
        self.waiting = []
        self.initial_window = self.window = 65535

    def read(self, size):
        data = b""
        while len(data) < size:
            part = self.channel.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def send(self, kind, flags, stream, payload=b""):
        head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream)
        self.channel.sendall(head + bytes(payload))

    def serve(self):
        assert self.read(len(PREFACE)) == PREFACE
        self.send(SETTINGS, 0, 0)
        while True:
            head = self.read(9)
            size = int.from_bytes(head[:3], "big")
            stream = struct.unpack(">I", head[5:])[0] & 0x7FFFFFFF
            self.on_frame(head[3], head[4], stream, self.read(size))

    def on_frame(self, kind, flags, stream, payload):
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at : at + 6])
                if name == INITIAL_WINDOW_SIZE:
                    self.initial_window = value
            self.send(SETTINGS, ACK, 0)
        elif kind == PING and not flags & ACK:
            self.send(PING, ACK, 0, payload)
        elif kind == HEADERS:
            assert stream % 2 == 1 and stream not in self.streams and flags & END_HEADERS
            self.streams[stream] = Stream(self.initial_window)
        elif kind == DATA:
            self.streams[stream].body.update(payload)
            self.streams[stream].bytes += len(payload)
            if payload:  # Taken: the client may send as much again.
                for target in (0, stream):
                    self.send(WINDOW_UPDATE, 0, target, struct.pack(">I", len(payload)))
        elif kind == WINDOW_UPDATE:
            more = struct.unpack(">I", payload)[0]
            if stream == 0:
                self.window += more
            elif stream in self.streams:
                self.streams[stream].window += more
            self.send_what_fits()
        elif kind == RST_STREAM:
            self.streams.pop(stream, None)
        if kind in (HEADERS, DATA) and flags & END_STREAM:
            self.on_request(stream)

    def on_request(self, stream):
        mode = self.options.mode
        if mode == "reset":
            self.send(RST_STREAM, 0, stream, struct.pack(">I", INTERNAL_ERROR))
            return
        self.waiting.append(stream)
        if mode == "together" and len(self.waiting) < self.options.count:
            return
        for each in self.waiting:
            self.answer(each)
        self.waiting = []

    def answer(self, number):
        mode, stream = self.options.mode, self.streams[number]
        text = f"connection {self.number} stream {number} of {len(self.waiting)} bytes {stream.bytes} {stream.body.hexdigest()}"
        # A view: the rest of it is no copy.
        stream.to_send = memoryview(b"x" * self.options.count if mode in ("big", "cut") else text.encode())
        length = str(len(stream.to_send)).encode()
        self.send(HEADERS, END_HEADERS, number, b"\x88" + literal(b"content-length", length))  # :status 200
        if mode == "cut":
            self.send(DATA, 0, number, stream.to_send[:100])
            self.channel.shutdown(socket.SHUT_RDWR)
            raise EOFError
        self.send_what_fits()

    def send_what_fits(self):
        for number, stream in list(self.streams.items()):
            while stream.to_send and (size := min(FRAME_BYTES, stream.window, self.window, len(stream.to_send))) > 0:
                part, stream.to_send = stream.to_send[:size], stream.to_send[size:]
                stream.window -= size
                self.window -= size
                self.send(DATA, 0 if stream.to_send else END_STREAM, number, part)


def serve(channel, context, number, options):
    try:
        with context.wrap_socket(channel, server_side=True) as secured:
            assert secured.selected_alpn_protocol() == "h2"
            Connection(secured, number, options).serve()
    except (EOFError, OSError):
        pass


def main():
    parser = argparse.ArgumentParser()
    for name in ("--cert", "--key", "--mode"):
        parser.add_argument(name, required=True)
    parser.add_argument("--count", type=int, default=1)
    options = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        number = 0
        while True:
            channel, _ = listener.accept()
            number += 1
            threading.Thread(target=serve, args=(channel, context, number, options), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
