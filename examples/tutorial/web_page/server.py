import socket

BODY = b"<h1>Hello from a socket</h1>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"

with socket.create_server(("127.0.0.1", 0)) as s:
    print("port", s.getsockname()[1], flush=True)
    conn, addr = s.accept()
    with conn:
        request = b""
        while b"\r\n\r\n" not in request:
            request += conn.recv(4096)
        print("request", request.split(b"\r\n")[0].decode(), flush=True)
        conn.sendall(HEAD % len(BODY) + BODY)
