"""CPython's AF_ALG sockets: reads cases as JSON lines, writes what the kernel gave, in hex."""
import json, socket, sys

def run(case):
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0) as bound:
        bound.bind((case["type"], case["name"]))
        if "key" in case:
            bound.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, bytes.fromhex(case["key"]))
        if "tag" in case:
            bound.setsockopt(socket.SOL_ALG, socket.ALG_SET_AEAD_AUTHSIZE, None, case["tag"])
        operation, _ = bound.accept()
        with operation:
            data = bytes.fromhex(case["data"])
            if case["type"] == "hash":
                operation.sendall(data)
                return operation.recv(64).hex()
            op = socket.ALG_OP_ENCRYPT if case["op"] == "encrypt" else socket.ALG_OP_DECRYPT
            extra = {"assoclen": case["assoc"]} if "assoc" in case else {}
            iv = bytes.fromhex(case["iv"])
            operation.sendmsg_afalg([data], op=op, iv=iv, **extra)
            return operation.recv(case["size"]).hex()

print(json.dumps([run(case) for case in json.load(sys.stdin)]))
