"""CPython's TIPC sockets: an RDM server, or a client of a stream."""
import socket, sys

TYPE = int(sys.argv[2])
if sys.argv[1] == "rdm":
    with socket.socket(socket.AF_TIPC, socket.SOCK_RDM) as s:
        s.bind((socket.TIPC_ADDR_NAMESEQ, TYPE, 0, 9, socket.TIPC_NODE_SCOPE))
        print("ready", flush=True)
        data, address = s.recvfrom(100)
        s.sendto(data.upper(), address)
else:
    with socket.socket(socket.AF_TIPC, socket.SOCK_STREAM) as s:
        s.connect((socket.TIPC_ADDR_NAME, TYPE, 5, 0))
        s.sendall(b"from python")
        print(s.recv(100).decode(), flush=True)
