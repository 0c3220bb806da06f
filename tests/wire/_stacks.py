"""The other side of the wire tests: builds random stacks, or dissects what we built.

build N SEED    prints N lines of JSON: the frame in hexadecimal, and what scapy knows of it
dissect         reads frames in hexadecimal, prints what scapy knows of each
"""

import json
import random
import sys
import warnings

warnings.filterwarnings("ignore")
from scapy.all import *  # noqa: E402,F403
from scapy.layers.inet6 import *  # noqa: E402,F403
from scapy.layers.ipsec import AH, ESP  # noqa: E402
from scapy.layers.l2 import GRE, LLC, SNAP, Dot1AD, Dot1Q, Dot3  # noqa: E402

conf.ipv6_enabled = True


def mac():
    return ":".join("%02x" % random.getrandbits(8) for _ in range(6))


def ip4():
    return ".".join(str(random.getrandbits(8)) for _ in range(4))


def ip6():
    return ":".join("%x" % random.choice([0, random.getrandbits(16)]) for _ in range(8))


def some(limit):
    return bytes(random.getrandbits(8) for _ in range(random.randrange(limit)))


def ip_options():
    choices = [
        lambda: IPOption_NOP(),
        lambda: IPOption_RR(pointer=4, routers=[ip4() for _ in range(random.randrange(4))]),
        lambda: IPOption_LSRR(pointer=4, routers=[ip4() for _ in range(1 + random.randrange(3))]),
        lambda: IPOption_Router_Alert(alert=0),
        lambda: IPOption_Timestamp(flg=0, timestamp=[random.getrandbits(32)]),
        lambda: IPOption_Security(),
    ]
    picked = [random.choice(choices)() for _ in range(random.randrange(3))]
    # Two source routes contradict each other.
    routes = [option for option in picked if isinstance(option, IPOption_LSRR)]
    picked = [option for option in picked if option not in routes[1:]]
    while sum(len(option) for option in picked) > 40:
        picked.pop()
    return picked


def v6_options():
    choices = [
        lambda: PadN(optdata=bytes(random.randrange(6))),
        lambda: RouterAlert(value=random.getrandbits(16)),
        lambda: HBHOptUnknown(otype=0x1E, optdata=some(20)),
    ]
    return [random.choice(choices)() for _ in range(random.randrange(4))]


def v6_extension():
    return random.choice([
        lambda: IPv6ExtHdrHopByHop(options=v6_options()),
        lambda: IPv6ExtHdrDestOpt(options=v6_options()),
        lambda: IPv6ExtHdrDestOpt(options=[HAO(hoa=ip6())]),
        lambda: IPv6ExtHdrRouting(
            type=0, segleft=0, addresses=[ip6() for _ in range(random.randrange(4))]
        ),
        lambda: IPv6ExtHdrSegmentRouting(
            addresses=[ip6() for _ in range(1 + random.randrange(3))], segleft=0, lastentry=None
        ),
        lambda: IPv6ExtHdrFragment(id=random.getrandbits(32), m=0, offset=0),
    ])()


def transport():
    return random.choice([
        lambda: TCP(
            sport=random.getrandbits(16),
            dport=random.getrandbits(16),
            seq=random.getrandbits(32),
            ack=random.getrandbits(32),
            flags=random.getrandbits(8),
            window=random.getrandbits(16),
        ) / Raw(some(300)),
        lambda: UDP(sport=20000, dport=random.choice([7, 9, 20001])) / Raw(some(300)),
    ])()


NUMBERS = {
    "AH": 51,
    "ESP": 50,
    "GRE": 47,
    "IP": 4,
    "IPv6": 41,
    "IPv6ExtHdrDestOpt": 60,
    "IPv6ExtHdrFragment": 44,
    "IPv6ExtHdrHopByHop": 0,
    "IPv6ExtHdrRouting": 43,
    "IPv6ExtHdrSegmentRouting": 43,
    "TCP": 6,
    "UDP": 17,
}


def join(packet, inner):
    """Scapy knows by itself the numbers of some pairs only."""
    last = packet.lastlayer()
    setattr(last, "proto" if isinstance(last, IP) else "nh", NUMBERS[type(inner).__name__])
    return packet / inner


def ip_packet(depth):
    if random.random() < 0.5:
        packet = IP(
            src=ip4(),
            dst=ip4(),
            tos=random.getrandbits(8),
            id=random.getrandbits(16),
            ttl=random.getrandbits(8),
            flags=random.choice([0, "DF"]),
            options=ip_options(),
        )
        for option in packet.options:
            # Scapy sends a source-routed packet to the last router of its list.
            if isinstance(option, IPOption_LSRR):
                packet.dst = option.routers[-1]
    else:
        packet = IPv6(
            src=ip6(),
            dst=ip6(),
            tc=random.getrandbits(8),
            fl=random.getrandbits(20),
            hlim=random.getrandbits(8),
        )
        for _ in range(random.randrange(3)):
            extension = v6_extension()
            # A packet has one home address at most.
            if "HAO" not in repr(extension) or "HAO" not in repr(packet):
                packet = join(packet, extension)
    if depth > 0:
        roll = random.random()
        if roll < 0.15:
            return join(packet, ip_packet(depth - 1))
        if roll < 0.3:
            gre = GRE(
                chksum_present=random.getrandbits(1),
                key_present=random.getrandbits(1),
                seqnum_present=random.getrandbits(1),
                key=random.getrandbits(32),
                sequence_number=random.getrandbits(32),
            )
            return join(packet, gre / ip_packet(depth - 1))
        if roll < 0.35:
            esp = ESP(spi=random.getrandbits(32), seq=random.getrandbits(32), data=some(64))
            return join(packet, esp)
        if roll < 0.4:
            # Scapy makes no checksum behind this header.
            spi, seq = random.getrandbits(32), random.getrandbits(32)
            ah = AH(nh=253, spi=spi, seq=seq, payloadlen=4, icv=bytes(12))
            return join(packet, ah) / Raw(some(64))
    return join(packet, transport())


def frame():
    roll = random.random()
    if roll < 0.1:
        return Ether(src=mac(), dst=mac()) / ARP(
            op=random.randrange(1, 5), hwsrc=mac(), psrc=ip4(), hwdst=mac(), pdst=ip4()
        )
    if roll < 0.2:
        return Dot3(src=mac(), dst=mac()) / LLC() / SNAP() / ip_packet(0)
    if roll < 0.25:
        return Dot3(src=mac(), dst=mac()) / LLC(dsap=0x42, ssap=0x42, ctrl=3) / Raw(some(60))
    head = Ether(src=mac(), dst=mac())
    tags = random.randrange(3)
    if tags == 2:
        head = head / Dot1AD(vlan=random.getrandbits(12), prio=random.getrandbits(3))
    if tags > 0:
        head = head / Dot1Q(vlan=random.getrandbits(12), prio=random.getrandbits(3))
    return head / ip_packet(2)


def text(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (int, str)):
        return value
    return str(value)


def knows(packet):
    layers = []
    layer = packet
    while layer and not isinstance(layer, NoPayload):
        fields = {name: text(layer.getfieldval(name)) for name in layer.fields}
        layers.append([type(layer).__name__, fields])
        layer = layer.payload
    return layers


def build(count, seed):
    random.seed(seed)
    for _ in range(count):
        packet = frame()
        print(json.dumps({"hex": bytes(packet).hex(), "layers": knows(packet)}))


DERIVED = {"chksum", "len", "plen", "ihl", "dataofs", "cksum"}


def dissect():
    for line in sys.stdin:
        data = bytes.fromhex(line)
        packet = (Ether if data[12:14] >= b"\x06\x00" else Dot3)(data)
        known = knows(packet)
        layer = packet
        while layer and not isinstance(layer, NoPayload):
            for name in DERIVED & set(layer.fields):
                # A UDP checksum of 0 is a choice, not a derived value.
                if not (isinstance(layer, UDP) and name == "chksum" and layer.chksum == 0):
                    del layer.fields[name]
            layer.raw_packet_cache = None
            layer = layer.payload
        print(json.dumps({"rebuilt": bytes(packet).hex(), "layers": known}))


if sys.argv[1] == "build":
    build(int(sys.argv[2]), sys.argv[3])
else:
    dissect()
