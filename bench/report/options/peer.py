"""Reads an option over and over: peer.py OPTION; prints reads a second."""
import socket
import sys
import time

COUNT = 100_000
listener = socket.create_server(("127.0.0.1", 0))
conn = socket.create_connection(listener.getsockname())
name = sys.argv[1]
level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
option = getattr(socket, name)
# What is no int is asked for as bytes.
more = {"SO_LINGER": (8,), "TCP_INFO": (256,)}.get(name, ())
for _ in range(COUNT // 4):
    conn.getsockopt(level, option, *more)
begin = time.perf_counter()
for _ in range(COUNT):
    conn.getsockopt(level, option, *more)
print(round(COUNT / (time.perf_counter() - begin)))
