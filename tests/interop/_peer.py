"""A peer on CPython's socket module. Prints what it learnt as lines of text."""
import hashlib
import socket
import sys
import threading

FAMILIES = {
    "tcp4": (socket.AF_INET, socket.SOCK_STREAM),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM),
    "abstract": (socket.AF_UNIX, socket.SOCK_STREAM),
    "seqpacket": (socket.AF_UNIX, socket.SOCK_SEQPACKET),
    "udp4": (socket.AF_INET, socket.SOCK_DGRAM),
    "udp6": (socket.AF_INET6, socket.SOCK_DGRAM),
    "unixgram": (socket.AF_UNIX, socket.SOCK_DGRAM),
    "abstractgram": (socket.AF_UNIX, socket.SOCK_DGRAM),
}


def say(*words):
    print(*words, flush=True)


def address(kind, text):
    if kind in ("unix", "unixgram", "seqpacket"):
        return text
    if kind in ("abstract", "abstractgram"):
        return "\0" + text[1:]
    host, port = text.rsplit(":", 1)
    return (host, int(port))


def opened(role, kind, text):
    sock = socket.socket(*FAMILIES[kind])
    if role == "connect":
        sock.connect(address(kind, text))
        return sock
    sock.bind(address(kind, text))
    sock.listen()
    say("listening")
    return sock.accept()[0]


def exchange(role, kind, text, path):
    """Sends a file and receives until the end, both at once; says the digest of what came."""
    with opened(role, kind, text) as sock, open(path, "rb") as file:
        def send():
            sock.sendfile(file)
            sock.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        digest = hashlib.sha256()
        while chunk := sock.recv(1 << 18):
            digest.update(chunk)
        sender.join()
        say(digest.hexdigest())


def answer(role, kind, text):
    """Receives until the end, and only then answers with the digest."""
    with opened(role, kind, text) as sock:
        digest = hashlib.sha256()
        while chunk := sock.recv(1 << 18):
            digest.update(chunk)
        sock.sendall(digest.hexdigest().encode())


def ask(role, kind, text):
    """Sends, ends the sending direction, and says what comes then."""
    with opened(role, kind, text) as sock:
        sock.sendall(b"question")
        sock.shutdown(socket.SHUT_WR)
        got = b""
        while chunk := sock.recv(65536):
            got += chunk
        say(got.decode())


def echo(kind, text, count):
    """Sends datagrams back to where they came from."""
    with socket.socket(*FAMILIES[kind]) as sock:
        sock.bind(address(kind, text))
        say("listening")
        for _ in range(int(count)):
            data, sender = sock.recvfrom(1 << 17)
            sock.sendto(data, sender)


def ping(kind, text, local, sizes):
    """Sends a datagram of each size, and says the sizes of the answers."""
    with socket.socket(*FAMILIES[kind]) as sock:
        if local:
            sock.bind(address(kind, local))
        sock.settimeout(30)
        for size in sizes.split(","):
            data = bytes(i & 255 for i in range(int(size)))
            sock.sendto(data, address(kind, text))
            back, sender = sock.recvfrom(1 << 17)
            if isinstance(sender, bytes):
                sender = sender.decode()
            say(len(back), back == data, sender == address(kind, text) or sender[:2] == address(kind, text))


def records(role, kind, text, count):
    """Echoes sequenced packets, whose boundaries must stay."""
    with opened(role, kind, text) as sock:
        for _ in range(int(count)):
            data = sock.recv(1 << 17)
            sock.send(data)
        say("done")


globals()[sys.argv[1]](*sys.argv[2:])
