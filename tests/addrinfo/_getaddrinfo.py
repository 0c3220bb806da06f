"""Answers lookups given as JSON on stdin, one list of results or an error code each."""
import json
import socket
import sys

EAI = {getattr(socket, name): name for name in dir(socket) if name.startswith("EAI_")}


def look_up(case):
    host, service, family, kind, protocol, flags = case
    try:
        found = socket.getaddrinfo(host, service, family, kind, protocol, flags)
    except socket.gaierror as error:
        return EAI.get(error.errno, str(error.errno))
    return [
        [int(af), int(type_), proto, name, *address]
        for af, type_, proto, name, address in found
    ]


json.dump([look_up(case) for case in json.load(sys.stdin)], sys.stdout)
