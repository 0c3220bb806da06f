"""A peer of another make: `_peer.py FAMILY WHERE MODE`. It connects, says "ready", and does as MODE says.

echo    sends back what comes, and ends as the other does
pattern sends the pattern for ever and takes what comes
reset   takes a line on its input for the sign to close with a reset (SO_LINGER 0)
deaf    takes nothing before a line on its input; then says the length and the SHA-256 of all that came
many    takes a line for the sign to connect 40 times, says a byte on each, and hears it on each
udp     sends each datagram back to where it came from
"""
import hashlib
import socket
import struct
import sys
import threading

family, where, mode = sys.argv[1:4]
UNIT = bytes((i * 31 + (i >> 8)) & 255 for i in range(65536))


def connected():
    if family == "unix":
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(where.replace("@", "\0", 1) if where.startswith("@") else where)
        return peer
    host, port = where.rsplit(":", 1)
    peer = socket.socket(socket.AF_INET)
    if mode == "deaf":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.connect((host, int(port)))
    return peer


def echo(peer):
    while data := peer.recv(65536):
        peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)


def pattern(peer):
    def drain():
        while peer.recv(65536):
            pass

    threading.Thread(target=drain, daemon=True).start()
    while True:
        peer.sendall(UNIT)


def reset(peer):
    sys.stdin.readline()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def deaf(peer):
    sys.stdin.readline()
    came, digest = 0, hashlib.sha256()
    while data := peer.recv(65536):
        came += len(data)
        digest.update(data)
    print(came, digest.hexdigest(), flush=True)


def many():
    print("ready", flush=True)
    sys.stdin.readline()
    peers = [connected() for _ in range(40)]
    for number, peer in enumerate(peers):
        peer.sendall(bytes([number]))
    for number, peer in enumerate(peers):
        assert peer.recv(1) == bytes([number])
    print("all answered", flush=True)


def udp():
    host, port = where.rsplit(":", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((host, int(port)))
        print("ready", flush=True)
        while True:
            data, sender = peer.recvfrom(65536)
            peer.sendto(data, sender)


if mode in ("udp", "many"):
    {"udp": udp, "many": many}[mode]()
else:
    with connected() as connection:
        print("ready", flush=True)
        {"echo": echo, "pattern": pattern, "reset": reset, "deaf": deaf}[mode](connection)
