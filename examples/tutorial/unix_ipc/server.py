import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
    s.bind(sys.argv[1])
    s.listen()
    print("path", s.getsockname(), flush=True)
    conn, addr = s.accept()
    with conn:
        request = conn.recv(1024)
        conn.sendall(request[::-1])
