"""CPython's side: peer.py MODE, as unix.c."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "turns"))
from turns import turns  # noqa: E402

mode = sys.argv[1]
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM if mode == "bulk" else socket.SOCK_DGRAM)
data = bytes(65536 if mode == "bulk" else 64)
into = bytearray(65536)


def work():
    for _ in range(16):
        if mode == "fds":
            socket.send_fds(a, [b"x"], [a.fileno()])
            os.close(socket.recv_fds(b, 1, 1)[1][0])
        else:
            a.send(data)
            b.recv_into(into)
    return 16


turns(work)
