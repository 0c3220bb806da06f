"""CPython's socket and selectors, without asyncio."""
import selectors
import socket

listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
listener.setblocking(False)
print(listener.getsockname()[1], flush=True)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)

while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            try:
                conn = listener.accept()[0]
            except BlockingIOError:
                continue
            selector.register(conn, selectors.EVENT_READ)
            continue
        conn = key.fileobj
        try:
            data = conn.recv(65536)
            if data:
                # It is a blocking socket: what there is no room for is waited for.
                conn.sendall(data)
                continue
        except OSError:
            pass
        selector.unregister(conn)
        conn.close()
