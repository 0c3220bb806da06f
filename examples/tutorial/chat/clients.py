import socket
import sys

port = int(sys.argv[1])
names = ["ann", "ben", "cem"]
clients = [socket.create_connection(("127.0.0.1", port)) for _ in names]
files = [client.makefile("r") for client in clients]
for file in files:
    assert file.readline() == "welcome\n"
for speaker, name in enumerate(names):
    clients[speaker].sendall(f"{name} says hello\n".encode())
    for listener, file in enumerate(files):
        if listener != speaker:
            print("received", file.readline().strip())
for client in clients:
    client.close()
