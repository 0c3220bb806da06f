"""Random packets cut into fragments by scapy: JSON lines of the whole and its pieces."""

import json
import random
import sys
import warnings

warnings.filterwarnings("ignore")
from scapy.all import *  # noqa: E402,F403
from scapy.layers.inet6 import *  # noqa: E402,F403

random.seed(sys.argv[2])
for index in range(int(sys.argv[1])):
    data = bytes(random.getrandbits(8) for _ in range(random.randrange(100, 4000)))
    size = random.choice([96, 200, 576, 1280])
    inner = UDP(sport=20000, dport=20001) / Raw(data)
    if random.random() < 0.5:
        options = random.choice([[], [IPOption_RR(pointer=4, routers=["0.0.0.0"] * 3)]])
        whole = IP(src="192.0.2.1", dst="192.0.2.2", id=index, options=options) / inner
        pieces = fragment(whole, size)
    else:
        head = IPv6(src="2001:db8::1", dst="2001:db8::2")
        if random.random() < 0.5:
            head = head / IPv6ExtHdrHopByHop(options=[RouterAlert(value=1)])
        whole = head / inner
        cut = head / IPv6ExtHdrFragment(id=index) / inner
        pieces = fragment6(cut, max(size, 200))
    # A single piece with a fragment header is not the whole.
    print(json.dumps({
        "whole": bytes(whole).hex(),
        "pieces": [bytes(piece).hex() for piece in pieces],
    }))
