"""CPython's side: peer.py MODE [INTERFACE], as families.c."""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "turns"))
from turns import turns  # noqa: E402

mode = sys.argv[1]
size = 16384 if "bulk" in mode or mode == "alg" else 64
data = bytes(size)


def connected(family, protocol, name):
    with socket.socket(family, socket.SOCK_STREAM, protocol) as listener:
        listener.bind(name)
        listener.listen(1)
        to = listener.getsockname()
        a = socket.socket(family, socket.SOCK_STREAM, protocol)
        a.connect((1, to[1]) if family == socket.AF_VSOCK else to)
        return a, listener.accept()[0]


def receive(conn):
    got = 0
    while got < size:
        got += len(conn.recv(size - got))


def echo():
    a.send(data)
    receive(b)
    b.send(data)
    receive(a)
    return 1


def bulk():
    a.send(data)
    receive(b)
    return 1


def one_frame():
    a.send(frame)
    b.recv(16)
    return 1


def digest():
    operation.send(data, socket.MSG_MORE)
    operation.recv(32)
    return 1


def can():
    conn = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
    conn.bind((sys.argv[2],))
    return conn


if mode.startswith("can"):
    a, b = can(), can()
    frame = struct.pack("=IB3x8s", 0x123, 8, bytes(8))
    turns(one_frame)
elif mode == "alg":
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0) as transform:
        transform.bind(("hash", "sha256"))
        operation, _ = transform.accept()
    turns(digest)
else:
    if mode.startswith("sctp"):
        a, b = connected(socket.AF_INET, 132, ("127.0.0.1", 0))
        for conn in (a, b):
            conn.setsockopt(132, 3, 1)  # SCTP_NODELAY
    else:
        a, b = connected(socket.AF_VSOCK, 0, (0xFFFFFFFF, 0xFFFFFFFF))
    turns(bulk if "bulk" in mode else echo)
