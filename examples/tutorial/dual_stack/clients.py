import socket
import sys

for host in ("127.0.0.1", "::1"):
    with socket.create_connection((host, int(sys.argv[1]))) as s:
        got = b""
        while data := s.recv(1024):
            got += data
        print("received", got.decode())
