"""Reads routing messages, one hexadecimal line each, with pyroute2; prints what is in them as JSON."""
import json
import sys

from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.ndmsg import ndmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

CLASSES = {16: ifinfmsg, 20: ifaddrmsg, 24: rtmsg, 28: ndmsg}

for line in sys.stdin:
    data = bytes.fromhex(line)
    message = CLASSES[int.from_bytes(data[4:6], "little")](data)
    message.decode()
    fields = {k: v for k, v in message.items() if isinstance(v, (int, str))}
    attributes = {
        cell[0]: cell[1] for cell in message["attrs"] if isinstance(cell[1], (int, str))
    }
    print(json.dumps({"fields": fields, "attributes": attributes}))
