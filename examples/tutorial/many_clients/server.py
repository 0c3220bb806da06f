import selectors
import socket
import sys

sel = selectors.DefaultSelector()
left = int(sys.argv[1])


def accept(s):
    conn, addr = s.accept()
    conn.setblocking(False)
    sel.register(conn, selectors.EVENT_READ, serve)


def serve(conn):
    global left
    data = conn.recv(1024)
    if data:
        conn.sendall(data.upper())
    else:
        sel.unregister(conn)
        conn.close()
        left -= 1


with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    s.listen()
    print("port", s.getsockname()[1], flush=True)
    s.setblocking(False)
    sel.register(s, selectors.EVENT_READ, accept)
    while left > 0:
        for key, events in sel.select():
            key.data(key.fileobj)
