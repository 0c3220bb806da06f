"""Reads an option over and over, by turns: peer.py OPTION."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "turns"))
from turns import turns  # noqa: E402

listener = socket.create_server(("127.0.0.1", 0))
conn = socket.create_connection(listener.getsockname())
name = sys.argv[1]
level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
option = getattr(socket, name)
# What is no int is asked for as bytes.
more = {"SO_LINGER": (8,), "TCP_INFO": (256,)}.get(name, ())


def work():
    for _ in range(64):
        conn.getsockopt(level, option, *more)
    return 64


turns(work)
