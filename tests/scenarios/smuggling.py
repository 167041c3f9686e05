"""A packet for one network, handed to who stands in two: what a hostile container can try."""

from __future__ import annotations

import subprocess
from typing import Any

PORT = "9999"

# Nobody asks for a right that containers do not have anyway: raw sockets are among theirs.
SEND = """
import socket, struct, sys, time
mine, mac, there, port = sys.argv[1:]
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0))
said = struct.pack("!4H", int(port), int(port), 8 + 8, 0) + b"smuggled"
head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(said), 7, 0, 64, 17, 0)
head += socket.inet_aton(mine) + socket.inet_aton(there)
total = sum(struct.unpack("!10H", head))
while total >> 16:
    total = (total & 0xFFFF) + (total >> 16)
head = head[:10] + struct.pack("!H", ~total & 0xFFFF) + head[12:]
frame = bytes.fromhex(mac.replace(":", "")) + link.getsockname()[4] + b"\\x08\\x00" + head + said
for _ in range(5):
    link.send(frame)
    time.sleep(0.1)
"""
HEAR = """
import socket, sys
port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
port.bind(("0.0.0.0", int(sys.argv[1])))
print("ready", flush=True)
port.settimeout(1.5)
try:
    print(port.recv(99).decode())
except TimeoutError:
    print("nothing")
"""


def smuggled(thief: dict[str, Any], way: dict[str, Any], target: dict[str, Any]) -> bool:
    """Whether a packet arrives that a thief hands to who is in its network and in the target's.

    Args:
        thief: its container, inspected, in one network.
        way: who stands in both, inspected.
        target: who is in the other network alone, inspected.
    """
    [(near, mine)] = thief["NetworkSettings"]["Networks"].items()
    [(_, theirs)] = target["NetworkSettings"]["Networks"].items()
    door = way["NetworkSettings"]["Networks"][near]
    words = (mine["IPAddress"], door["MacAddress"], theirs["IPAddress"], PORT)
    with subprocess.Popen(
        ["docker", "exec", target["Id"], "python", "-c", HEAR, PORT],
        stdout=subprocess.PIPE,
        text=True,
    ) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "ready\n"
        send = ["docker", "exec", thief["Id"], "python", "-c", SEND, *words]
        subprocess.run(send, check=True, capture_output=True, timeout=20)
        return listener.stdout.readline() == "smuggled\n"


def let_forward(inspected: dict[str, Any], on: bool) -> None:
    """Let a container lead packets from one of its networks into another, or not."""
    script = f"echo {int(on)} > /proc/sys/net/ipv4/ip_forward"
    words = ["nsenter", "--net", "--target", str(inspected["State"]["Pid"]), "sh", "-c", script]
    subprocess.run(words, check=True, capture_output=True)
