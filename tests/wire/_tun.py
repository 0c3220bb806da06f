"""Fragments through the kernel: a TUN device brings them in, raw sockets show what was put together.

Reads JSON lines, each a train of packets in hexadecimal; prints for each a JSON list of what the kernel
delivered. Its argument is net.ipv4.ipfrag_max_dist. Runs in a network namespace of its own.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys

TUNSETIFF = 0x400454CA  # <linux/if_tun.h>
# IFF_NAPI: a queue of its own, where another would be the processor's, which drops under load.
IFF_TUN, IFF_NAPI, IFF_NO_PI = 1, 0x10, 0x1000
PROTOCOLS = (253, 17, 6)
MARK = 254


def run(*args):
    subprocess.run(args, check=True)


def sysctl(name, value):
    with open("/proc/sys/net/" + name, "w") as file:
        file.write(str(value))


tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"tun0", IFF_TUN | IFF_NAPI | IFF_NO_PI))
run("ip", "link", "set", "lo", "up")
run("ip", "link", "set", "tun0", "mtu", "65535", "up")
run("ip", "addr", "add", "192.0.2.2/24", "dev", "tun0")
run("ip", "addr", "add", "2001:db8::2/64", "dev", "tun0", "nodad")
for name in ("ipv4/ipfrag_high_thresh", "ipv6/ip6frag_high_thresh"):
    sysctl(name, 1 << 30)
sysctl("ipv4/ipfrag_max_dist", sys.argv[1])
sysctl("ipv4/conf/all/rp_filter", 0)
sysctl("ipv4/conf/tun0/rp_filter", 0)

sockets = {}
for family in (socket.AF_INET, socket.AF_INET6):
    for protocol in (*PROTOCOLS, MARK):
        one = socket.socket(family, socket.SOCK_RAW, protocol)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        one.settimeout(10 if protocol == MARK else 0)
        sockets[family, protocol] = one


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mark(family):
    """A packet that is no fragment: once it is here, so is all before it."""
    if family == socket.AF_INET:
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 21, 1, 0, 64, MARK, 0,
                           socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2"))
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    else:
        head = struct.pack("!IHBB16s16s", 0x60000000, 1, MARK, 64,
                           socket.inet_pton(family, "2001:db8::1"),
                           socket.inet_pton(family, "2001:db8::2"))
    os.write(tun, head + b"!")
    sockets[family, MARK].recv(100)


for line in sys.stdin:
    train = [bytes.fromhex(text) for text in json.loads(line)]
    family = socket.AF_INET if train[0][0] >> 4 == 4 else socket.AF_INET6
    for packet in train:
        os.write(tun, packet)
    mark(family)
    got = []
    for protocol in PROTOCOLS:
        one = sockets[family, protocol]
        while True:
            try:
                got.append(one.recv(70000, socket.MSG_DONTWAIT).hex())
            except BlockingIOError:
                break
    print(json.dumps(got), flush=True)
