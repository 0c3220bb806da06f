import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
for n, client in enumerate(clients):
    client.sendall(f"client {n}".encode())
for n, client in reversed(list(enumerate(clients))):
    want = f"CLIENT {n}".encode()
    got = b""
    while len(got) < len(want):
        got += client.recv(1024)
    assert got == want, (got, want)
    client.close()
print("received", count)
