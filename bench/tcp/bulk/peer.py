"""CPython's blocking sockets: peer.py SIZE, as bulk.c serves."""
import socket
import sys

block = bytearray(int(sys.argv[1]))
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    conn, _ = listener.accept()
    with conn:
        try:
            if conn.recv(1) == b"r":
                while True:
                    conn.sendall(block)
            while conn.recv_into(block):
                pass
        except OSError:
            pass  # a client that reads ends by closing
