"""Dumps routes or TCP sockets with pyroute2 and prints how many came."""
import socket
import sys

if sys.argv[1] == "routes":
    from pyroute2 import IPRoute

    with IPRoute() as ip:
        print(len(list(ip.get_routes(family=socket.AF_INET))))
else:
    from pyroute2 import DiagSocket

    with DiagSocket() as diag:
        diag.bind()
        print(len(list(diag.get_sock_stats(family=socket.AF_INET, protocol=socket.IPPROTO_TCP))))
