"""CPython's side: peer.py MODE SIZE [PORT], as udp.c."""
import socket
import sys
import time

size = int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 3:
    to = ("127.0.0.1", int(sys.argv[3]))
    data = bytes(size)
    for _ in sys.stdin:
        count = 0
        start = time.monotonic()
        while time.monotonic() - start < 0.15:
            for _ in range(64):
                s.sendto(data, to)
            count += 64
        print(round(count / (time.monotonic() - start)), flush=True)
else:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1], flush=True)
    buffer = bytearray(2048)
    count, start, last, done = 0, 0, 0, True
    while True:
        for _ in range(64):
            s.recvfrom_into(buffer)
        count += 64
        now = time.monotonic()
        if now - last > 0.03:
            start, count, done = now, 0, False
        elif not done and now - start >= 0.15:
            print(round(count / (now - start)), flush=True)
            done = True
        last = now
