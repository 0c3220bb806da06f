import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(5)
    s.sendto(b"Hello, world", ("127.0.0.1", int(sys.argv[1])))
    data, addr = s.recvfrom(1024)
    print("received", data.decode())
