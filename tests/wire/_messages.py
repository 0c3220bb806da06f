"""The other side of the tests of the layers above IP.

build N SEED    prints N lines of JSON: an IP packet in hexadecimal, and what scapy knows of it
dissect         reads IP packets in hexadecimal, prints what scapy knows of each, and what it makes of
                that when it fills in lengths and checksums anew
"""

import json
import random
import sys
import warnings

warnings.filterwarnings("ignore")
from scapy.all import *  # noqa: E402,F403
from scapy.contrib.icmp_extensions import *  # noqa: E402
from scapy.contrib.igmp import IGMP  # noqa: E402
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mq, IGMPv3mr  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402
from scapy.layers.dns import *  # noqa: E402
from scapy.layers.inet6 import *  # noqa: E402
from scapy.layers.sctp import *  # noqa: E402

bits = random.getrandbits


def mac():
    return ":".join("%02x" % bits(8) for _ in range(6))


def ip4():
    return ".".join(str(bits(8)) for _ in range(4))


def ip6():
    return ":".join("%x" % random.choice([0, bits(16)]) for _ in range(8))


def exactly(length):
    return bytes(bits(8) for _ in range(length))


def some(limit):
    return exactly(random.randrange(limit))


def few(make, limit):
    return [make() for _ in range(random.randrange(limit))]


def pick(*choices):
    return random.choice(choices)()


def quoted4():
    return IP(src=ip4(), dst=ip4()) / UDP(sport=bits(16), dport=9, chksum=bits(16)) / Raw(some(40))


def quoted6():
    return IPv6(src=ip6(), dst=ip6()) / UDP(sport=bits(16), dport=9, chksum=bits(16)) / Raw(some(40))


def extensions():
    """A structure of RFC 4884, which scapy builds but cannot place behind a quote of ours."""
    objects = few(
        lambda: pick(
            lambda: ICMPExtensionMPLS(stack=labels()),
            lambda: ICMPExtensionInterfaceInformation(
                interface_role=bits(2), has_ifindex=1, ifindex=bits(32)
            ),
            lambda: ICMPExtensionInterfaceInformation(
                interface_role=bits(2),
                has_ipaddr=1,
                afi=1,
                ip4=ip4(),
                has_mtu=1,
                mtu=bits(32),
            ),
        ),
        4,
    )
    structure = ICMPExtensionHeader(chksum=0)
    for item in objects:
        structure = structure / item
    data = bytes(structure)
    # Scapy's own checksum leaves the objects out.
    return data[:2] + checksum(data).to_bytes(2, "big") + data[4:]


def labels():
    count = 1 + random.randrange(3)
    return [
        MPLS(label=bits(20), cos=bits(3), s=int(i == count - 1), ttl=bits(8)) for i in range(count)
    ]


def with_extensions(quote, unit):
    data = bytes(quote)
    data += bytes(max(128 - len(data), -len(data) % unit))
    return len(data) // unit, Raw(data + extensions())


def icmp_multi_part(**fields):
    words, body = with_extensions(quoted4(), 4)
    return ICMP(length=words, **fields) / body


def icmpv6_multi_part(make):
    words, body = with_extensions(quoted6(), 8)
    return make(length=words) / body


def icmp():
    return pick(
        lambda: ICMP(type=random.choice([0, 8]), id=bits(16), seq=bits(16)) / Raw(some(200)),
        lambda: ICMP(type=3, code=random.randrange(16), nexthopmtu=bits(16)) / quoted4(),
        lambda: ICMP(type=4) / quoted4(),
        lambda: ICMP(type=5, code=random.randrange(4), gw=ip4()) / quoted4(),
        lambda: ICMP(type=11, code=bits(1)) / quoted4(),
        lambda: ICMP(type=12, ptr=bits(8)) / quoted4(),
        lambda: ICMP(
            type=random.choice([13, 14]),
            id=bits(16),
            seq=bits(16),
            ts_ori=random.randrange(86400000),
            ts_rx=random.randrange(86400000),
            ts_tx=random.randrange(86400000),
        ),
        lambda: ICMP(type=random.choice([15, 16]), id=bits(16), seq=bits(16)),
        lambda: ICMP(type=random.choice([17, 18]), id=bits(16), seq=bits(16), addr_mask=ip4()),
        lambda: ICMP(type=10),
        lambda: icmp_multi_part(type=3, code=random.randrange(16)),
        lambda: icmp_multi_part(type=11),
        lambda: icmp_multi_part(type=12, ptr=bits(8)),
    )


def nd_options(packet):
    for _ in range(random.randrange(4)):
        packet = packet / pick(
            lambda: ICMPv6NDOptSrcLLAddr(lladdr=mac()),
            lambda: ICMPv6NDOptDstLLAddr(lladdr=mac()),
            lambda: ICMPv6NDOptPrefixInfo(
                prefixlen=random.randrange(129),
                L=bits(1),
                A=bits(1),
                R=bits(1),
                validlifetime=bits(32),
                preferredlifetime=bits(32),
                prefix=ip6(),
            ),
            lambda: ICMPv6NDOptMTU(mtu=bits(32)),
            lambda: ICMPv6NDOptRDNSS(lifetime=bits(32), dns=[ip6()] + few(ip6, 3)),
            lambda: ICMPv6NDOptRouteInfo(
                plen=random.randrange(65, 129),
                prf=bits(2),
                rtlifetime=bits(32),
                prefix=ip6(),
                len=3,
            ),
            # Its builder takes no other padding than what one name or two of these lengths need.
            lambda: ICMPv6NDOptDNSSL(lifetime=bits(32), searchlist=["example.com."], len=3, res=0),
            lambda: ICMPv6NDOptUnknown(type=200, data=exactly(14), len=2),
        )
    return packet


def mld_record():
    return ICMPv6MLDMultAddrRec(rtype=random.randrange(1, 7), dst=ip6(), sources=few(ip6, 4))


def icmpv6():
    return pick(
        lambda: random.choice([ICMPv6EchoRequest, ICMPv6EchoReply])(
            id=bits(16), seq=bits(16), data=some(200)
        ),
        lambda: ICMPv6DestUnreach(code=random.randrange(8)) / quoted6(),
        lambda: ICMPv6PacketTooBig(mtu=bits(32)) / quoted6(),
        lambda: ICMPv6TimeExceeded(code=bits(1)) / quoted6(),
        lambda: ICMPv6ParamProblem(code=random.randrange(3), ptr=bits(32)) / quoted6(),
        lambda: icmpv6_multi_part(ICMPv6DestUnreach),
        lambda: icmpv6_multi_part(ICMPv6TimeExceeded),
        lambda: ICMPv6MLQuery(mrd=bits(16), mladdr=ip6()),
        lambda: ICMPv6MLReport(mrd=0, mladdr=ip6()),
        lambda: ICMPv6MLDone(mrd=0, mladdr=ip6()),
        lambda: ICMPv6MLQuery2(
            mrd=bits(16), mladdr=ip6(), S=bits(1), QRV=bits(3), QQIC=bits(8), sources=few(ip6, 4)
        ),
        lambda: ICMPv6MLReport2(records=few(mld_record, 4)),
        lambda: nd_options(ICMPv6ND_RS()),
        lambda: nd_options(
            ICMPv6ND_RA(
                chlim=bits(8),
                M=bits(1),
                O=bits(1),
                H=bits(1),
                prf=bits(2),
                P=bits(1),
                routerlifetime=bits(16),
                reachabletime=bits(32),
                retranstimer=bits(32),
            )
        ),
        lambda: nd_options(ICMPv6ND_NS(tgt=ip6())),
        lambda: nd_options(ICMPv6ND_NA(R=bits(1), S=bits(1), O=bits(1), tgt=ip6())),
        lambda: nd_options(ICMPv6ND_Redirect(tgt=ip6(), dst=ip6())),
    )


def igmp():
    def record():
        return IGMPv3gr(rtype=random.randrange(1, 7), maddr=ip4(), srcaddrs=few(ip4, 4))

    return pick(
        lambda: IGMP(type=0x11, mrcode=bits(8), gaddr=ip4()),
        lambda: IGMP(type=random.choice([0x12, 0x16, 0x17]), mrcode=0, gaddr=ip4()),
        lambda: IGMPv3(type=0x11, mrcode=bits(8))
        / IGMPv3mq(gaddr=ip4(), s=bits(1), qrv=bits(3), qqic=bits(8), srcaddrs=few(ip4, 4)),
        lambda: IGMPv3(type=0x22, mrcode=0) / IGMPv3mr(records=few(record, 4)),
    )


def tcp_options():
    options = few(
        lambda: pick(
            lambda: ("NOP", None),
            lambda: ("MSS", bits(16)),
            lambda: ("WScale", bits(8)),
            lambda: ("SAckOK", b""),
            lambda: ("SAck", tuple(bits(32) for _ in range(2 * random.randrange(1, 4)))),
            lambda: ("Timestamp", (bits(32), bits(32))),
            lambda: ("MD5", exactly(16)),
            lambda: ("UTO", bits(16)),
            lambda: (29, exactly(14)),
            lambda: (30, exactly(random.randrange(1, 18))),
            lambda: ("TFO", (bits(32), bits(32))),
            lambda: (34, exactly(12)),
            lambda: (253, some(8)),
        ),
        5,
    )
    while len(TCP(options=options)) > 60:
        options.pop()
    return options


def tcp():
    return TCP(
        sport=bits(16),
        dport=20000,
        seq=bits(32),
        ack=bits(32),
        reserved=bits(3),
        flags=bits(9),
        window=bits(16),
        urgptr=bits(16),
        options=tcp_options(),
    ) / Raw(some(100))


def sctp():
    def chunk():
        return pick(
            lambda: SCTPChunkData(
                reserved=0,
                delay_sack=bits(1),
                unordered=bits(1),
                beginning=bits(1),
                ending=bits(1),
                tsn=bits(32),
                stream_id=bits(16),
                stream_seq=bits(16),
                proto_id=bits(32),
                data=some(30),
            ),
            lambda: SCTPChunkInit(
                flags=0,
                init_tag=bits(32),
                a_rwnd=bits(32),
                n_out_streams=bits(16),
                n_in_streams=bits(16),
                init_tsn=bits(32),
            ),
            lambda: SCTPChunkSACK(
                flags=0,
                cumul_tsn_ack=bits(32),
                a_rwnd=bits(32),
                n_gap_ack=0,
                n_dup_tsn=0,
            ),
            lambda: SCTPChunkShutdown(flags=0, cumul_tsn_ack=bits(32)),
            lambda: SCTPChunkCookieAck(flags=0),
        )

    packet = SCTP(sport=bits(16), dport=bits(16), tag=bits(32))
    for _ in range(1 + random.randrange(3)):
        packet = packet / chunk()
    return packet


def name():
    return random.choice(["", "com.", "example.com.", "a-%d.example.com." % bits(8)])


def rr():
    head = dict(rrname=name(), rclass=1, ttl=bits(32))
    return pick(
        lambda: DNSRR(type="A", rdata=ip4(), **head),
        lambda: DNSRR(type="AAAA", rdata=ip6(), **head),
        lambda: DNSRR(type=random.choice(["NS", "CNAME", "PTR"]), rdata=name() or "x.", **head),
        lambda: DNSRR(type="TXT", rdata=[exactly(1 + random.randrange(20)) for _ in range(2)], **head),
        lambda: DNSRRMX(preference=bits(16), exchange=name(), **head),
        lambda: DNSRRSRV(
            priority=bits(16), weight=bits(16), port=bits(16), target=name(), **head
        ),
        lambda: DNSRRSOA(
            mname=name(),
            rname=name(),
            serial=bits(32),
            refresh=bits(32),
            retry=bits(32),
            expire=bits(32),
            minimum=bits(32),
            **head
        ),
        lambda: DNSRR(type=65280, rdata=exactly(1 + random.randrange(20)), **head),
    )


def chain(make, count):
    packets = [make() for _ in range(count)]
    for before, after in zip(packets, packets[1:]):
        before.add_payload(after)
    return packets[0] if packets else None


def dns():
    opt = DNSRROPT(
        rclass=bits(16),
        z=random.choice([0, 32768]),
        rdata=[EDNS0TLV(optcode=10, optdata=exactly(8))] * bits(1),
    )
    an, ns = random.randrange(3), random.randrange(3)
    message = DNS(
        id=bits(16),
        qr=bits(1),
        opcode=random.randrange(6),
        aa=bits(1),
        tc=bits(1),
        rd=bits(1),
        ra=bits(1),
        z=bits(1),
        ad=bits(1),
        cd=bits(1),
        rcode=bits(4),
        qd=DNSQR(qname=name(), qtype=random.choice([1, 28, 255, 33, 65])),
        an=chain(rr, an),
        ns=chain(rr, ns),
        ar=opt,
    )
    return UDP(sport=40000, dport=53) / message


def packet():
    four = lambda proto: IP(src=ip4(), dst=ip4(), proto=proto)  # noqa: E731
    six = lambda nh: IPv6(src=ip6(), dst=ip6(), nh=nh)  # noqa: E731
    return pick(
        lambda: four(1) / icmp(),
        lambda: four(1) / icmp(),
        lambda: six(58) / icmpv6(),
        lambda: six(58) / icmpv6(),
        lambda: four(2) / igmp(),
        lambda: random.choice([four, six])(6) / tcp(),
        lambda: random.choice([four, six])(132) / sctp(),
        lambda: random.choice([four, six])(17) / dns(),
    )


def text(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    if isinstance(value, Packet):
        return {name: text(value.getfieldval(name)) for name in value.fields}
    return int(value) if hasattr(value, "__int__") else str(value)


def knows(layer):
    layers = []
    while layer and not isinstance(layer, NoPayload):
        layers.append([type(layer).__name__, text(layer)])
        layer = layer.payload
    return layers


def build(count, seed):
    random.seed(seed)
    for _ in range(count):
        made = packet()
        data = bytes(made)
        try:
            known = knows(type(made)(data))
        except IndexError:
            # Its dissector fails on extensions of an ICMPv6 message other than time exceeded.
            known = []
        print(json.dumps({"hex": data.hex(), "layers": known}))


DERIVED = {"chksum", "len", "plen", "ihl", "dataofs", "cksum", "numsrc", "numgrp", "rdlen"}


def dissect():
    for line in sys.stdin:
        data = bytes.fromhex(line)
        try:
            packet = (IP if data[0] >> 4 == 4 else IPv6)(data)
        except IndexError:
            # As above.
            print(json.dumps({"rebuilt": data.hex(), "layers": []}))
            continue
        known = knows(packet)
        layer = packet
        while layer and not isinstance(layer, NoPayload):
            # What is quoted stays as it is.
            if "error" in type(layer).__name__:
                break
            for name in DERIVED & set(layer.fields):
                # A UDP checksum of 0 is a choice, not a derived value.
                if isinstance(layer, UDP) and name == "chksum" and layer.chksum == 0:
                    continue
                # An option of neighbour discovery that scapy does not know has no derived length.
                if not isinstance(layer, (ICMPv6NDOptUnknown, ICMPv6NDOptRouteInfo, ICMPv6NDOptDNSSL)):
                    del layer.fields[name]
            layer.raw_packet_cache = None
            layer = layer.payload
        print(json.dumps({"rebuilt": bytes(packet).hex(), "layers": known}))


if sys.argv[1] == "build":
    build(int(sys.argv[2]), sys.argv[3])
else:
    dissect()
