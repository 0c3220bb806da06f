"""CPython's side: peer.py MODE SIZE [PORT], as udp.c; by its sockets, or by asyncio."""
import asyncio
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "turns"))
from turns import BURST_SECONDS, turns  # noqa: E402

mode, size = sys.argv[1], int(sys.argv[2])


class Meter:
    def __init__(self):
        self.count, self.start, self.last, self.done = 0, 0, 0, True

    def add(self, count):
        self.count += count
        now = time.monotonic()
        if now - self.last > 0.03:
            self.start, self.count, self.done = now, 0, False
        elif not self.done and now - self.start >= BURST_SECONDS:
            print(round(self.count / (now - self.start)), flush=True)
            self.done = True
        self.last = now


class Receiver(asyncio.DatagramProtocol):
    def __init__(self):
        self.meter, self.waiting = Meter(), 0

    def datagram_received(self, data, addr):
        self.waiting += 1
        if self.waiting == 64:
            self.waiting = 0
            self.meter.add(64)


async def by_asyncio():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Receiver, local_addr=("127.0.0.1", 0))
    print(transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.sleep(1e6)


def send_many():
    for _ in range(64):
        s.sendto(data, to)
    return 64


if mode == "asyncio":
    asyncio.run(by_asyncio())
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 3:
    to = ("127.0.0.1", int(sys.argv[3]))
    data = bytes(size)
    turns(send_many)
else:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1], flush=True)
    buffer = bytearray(2048)
    meter = Meter()
    while True:
        for _ in range(64):
            s.recvfrom_into(buffer)
        meter.add(64)
