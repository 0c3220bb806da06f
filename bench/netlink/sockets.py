"""Opens as many connections over the loopback as it is told, says so, and keeps them until it is killed."""
import resource
import socket
import sys
import time

pairs = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (3 * pairs, 3 * pairs))
listener = socket.socket()
listener.bind(("127.0.0.1", 4000))
listener.listen(4096)
keep = []
for _ in range(pairs):
    client = socket.socket()
    client.connect(("127.0.0.1", 4000))
    keep += [client, listener.accept()[0]]
print("ready", flush=True)
time.sleep(1000)
