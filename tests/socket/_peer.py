"""CPython at the other side: one line of JSON asks for code to be run, one line answers."""
import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

names = {k: v for k, v in globals().items() if not k.startswith("__")}


def plain(value):
    if isinstance(value, (bytes, bytearray)):
        return value.decode("latin-1")
    return repr(value)


for line in sys.stdin:
    asked = json.loads(line)
    try:
        if "eval" in asked:
            answer = {"value": eval(asked["eval"], names)}
        else:
            exec(asked["exec"], names)
            answer = {"value": None}
    except OSError as error:
        answer = {"error": errno.errorcode.get(error.errno, repr(error))}
    except BaseException as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer, default=plain), flush=True)
