"""A connection: three bytes there, and "done"."""
import socket

with socket.create_server(("127.0.0.1", 0)) as listener:
    with socket.create_connection(listener.getsockname()) as client:
        server, _ = listener.accept()
        client.sendall(b"abc")
        server.recv(3)
        server.close()
print("done")
