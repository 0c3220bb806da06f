import select
import socket
import sys

left = int(sys.argv[1])

with socket.create_server(("127.0.0.1", 0)) as listener:
    print("port", listener.getsockname()[1], flush=True)
    clients = []
    while left > 0:
        for ready in select.select([listener, *clients], [], [])[0]:
            if ready is listener:
                client, address = listener.accept()
                clients.append(client)
                client.sendall(b"welcome\n")
                continue
            data = ready.recv(256)
            if not data:
                ready.close()
                clients.remove(ready)
                left -= 1
            for other in clients:
                if other is not ready:
                    other.sendall(data)
