"""What CPython's socket says about names, as JSON."""
import json
import socket
import sys


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except OSError:
        return None


def services():
    names, ports = {}, {}
    candidates = set()
    with open("/etc/services") as file:
        for line in file:
            fields = line.split("#")[0].split()
            if len(fields) >= 2:
                candidates.update([fields[0], *fields[2:]])
    candidates.add("no-such-service")
    for name in sorted(candidates):
        for protocol in ["tcp", "udp", "sctp"]:
            names[f"{name}/{protocol}"] = attempt(socket.getservbyname, name, protocol)
        names[f"{name}/"] = attempt(socket.getservbyname, name)
    for port in range(0, 1024):
        for protocol in ["tcp", "udp"]:
            ports[f"{port}/{protocol}"] = attempt(socket.getservbyport, port, protocol)
    return {"names": names, "ports": ports}


def protocols():
    names = ["ip", "icmp", "tcp", "udp", "TCP", "ipv6-icmp", "sctp", "gre", "no-such-protocol"]
    return {name: attempt(socket.getprotobyname, name) for name in names}


def name_info(cases):
    result = []
    for address, flags in cases:
        try:
            result.append(socket.getnameinfo(tuple(address), flags))
        except socket.gaierror as error:
            names = {getattr(socket, n): n for n in dir(socket) if n.startswith("EAI_")}
            result.append(names[error.errno])
    return result


json.dump(
    {
        "services": services,
        "protocols": protocols,
        "nameinfo": lambda: name_info(json.load(sys.stdin)),
        "interfaces": lambda: socket.if_nameindex(),
    }[sys.argv[1]](),
    sys.stdout,
)
