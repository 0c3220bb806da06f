"""Looks a name up COUNT times in IN_FLIGHT threads by socket.getaddrinfo for each line on stdin, and prints
a line of JSON. A "%d" in the name is replaced by the number of the lookup; each asks for another port."""
import json
import socket
import sys
import threading
import time

host, in_flight, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
share = count // in_flight


def work(first):
    for i in range(first, first + share):
        name = host % i if "%d" in host else host
        socket.getaddrinfo(name, i % 65536, type=socket.SOCK_STREAM)


for _ in sys.stdin:
    threads = [threading.Thread(target=work, args=(i * share,)) for i in range(in_flight)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"perSecond": share * in_flight / (time.perf_counter() - start)}), flush=True)
