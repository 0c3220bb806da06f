"""Dissects a capture with scapy and sums the TCP and UDP ports; prints seconds and sum."""

import sys
import time
import warnings

warnings.filterwarnings("ignore")
from scapy.all import TCP, UDP, Ether, RawPcapReader  # noqa: E402
import scapy.layers.inet6  # noqa: E402,F401

frames = [data for data, _ in RawPcapReader(sys.argv[1])]
total = 0
start = time.perf_counter()
for data in frames:
    packet = Ether(data)
    for kind in (TCP, UDP):
        if kind in packet:
            total += packet[kind].sport + packet[kind].dport
print(time.perf_counter() - start, total)
