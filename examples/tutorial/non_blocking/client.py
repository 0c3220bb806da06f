import select
import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
    s.setblocking(False)
    try:
        s.recv(1024)
    except BlockingIOError:
        print("nothing yet", flush=True)
    s.send(b"go")
    select.select([s], [], [])
    print("received", s.recv(1024).decode())
