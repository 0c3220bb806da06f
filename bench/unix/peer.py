"""CPython's side: peer.py MODE, as unix.c."""
import os
import socket
import sys
import time

mode = sys.argv[1]
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM if mode == "bulk" else socket.SOCK_DGRAM)
data = bytes(65536 if mode == "bulk" else 64)
into = bytearray(65536)


def work():
    if mode == "fds":
        socket.send_fds(a, [b"x"], [a.fileno()])
        os.close(socket.recv_fds(b, 1, 1)[1][0])
        return 1
    a.send(data)
    count = b.recv_into(into)
    return count if mode == "bulk" else 1


for _ in sys.stdin:
    start = time.monotonic()
    count = 0
    while time.monotonic() - start < 0.15:
        for _ in range(16):
            count += work()
    print(round(count / (time.monotonic() - start)), flush=True)
