"""CPython's CAN sockets on an interface: raw frames both ways, ISO-TP, J1939."""
import socket, struct, sys

interface, what = sys.argv[1:3]
if what == "raw":
    with socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW) as s:
        s.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FD_FRAMES, 1)
        s.bind((interface,))
        print("ready", flush=True)
        got = s.recv(72)
        print(got.hex(), flush=True)
        s.send(struct.pack("=IB3x8s", 0x80000000 | 0x1ABCDE, 3, b"abc"))
elif what == "isotp":
    with socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, socket.CAN_ISOTP) as s:
        s.bind((interface, 0x7E0, 0x7E8))
        print("ready", flush=True)
        s.send(s.recv(5000)[::-1])
elif what == "j1939":
    with socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, socket.CAN_J1939) as s:
        s.bind((interface, socket.J1939_NO_NAME, socket.J1939_NO_PGN, 0x30))
        print("ready", flush=True)
        data, address = s.recvfrom(5000)
        print(address[2], address[3], flush=True)
        s.sendto(data[::-1], (interface, socket.J1939_NO_NAME, 0xEF00, address[3]))
