"""Which ports a machine's own firewall lets in, told from the files that set it up."""

from pathlib import Path

import pytest

from partywall.system.firewall import closed

UFW = {
    "etc/ufw/ufw.conf": "# set by hand\nENABLED=yes\nLOGLEVEL=low\n",
    "etc/ufw/user.rules": (
        "*filter\n"
        "### tuple ### allow tcp 80,443 0.0.0.0/0 any 0.0.0.0/0 in\n"
        "-A ufw-user-input -p tcp -m multiport --dports 80,443 -j ACCEPT\n"
        "### tuple ### limit any 9000:9010 0.0.0.0/0 any 0.0.0.0/0 in\n"
        "### tuple ### deny tcp 8444 0.0.0.0/0 any 0.0.0.0/0 in\n"
        "### tuple ### allow udp 8445 0.0.0.0/0 any 0.0.0.0/0 in\n"
    ),
}
FIREWALLD = {
    "run/firewalld.pid": "1\n",
    "etc/firewalld/zones/public.xml": (
        '<?xml version="1.0"?>\n<zone><port port="443" protocol="tcp"/>'
        '<port protocol="tcp" port="9000-9010"/><port port="8445" protocol="udp"/></zone>'
    ),
}
NFTABLES = {
    "etc/nftables.conf": (
        "table inet filter {\n  chain input {\n"
        "    type filter hook input priority 0; policy drop;\n"
        "    tcp dport { 80, 443 } accept\n    tcp dport 9000-9010 counter accept\n"
        "    udp dport 8445 accept\n  }\n}\n"
    )
}
IPTABLES = {
    "etc/iptables/rules.v4": (
        "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
        "-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
        "-A INPUT -p tcp -m state --state NEW -m multiport --dports 80,443 -j ACCEPT\n"
        "-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 9000:9010 -j ACCEPT\n"
        "-A INPUT -p tcp -m tcp --dport 8444 -j DROP\n"
        "-A INPUT -p udp -m udp --dport 8445 -j ACCEPT\n"
        "-A INPUT -j REJECT --reject-with icmp-host-prohibited\nCOMMIT\n"
    )
}
DROPPING = {
    "etc/sysconfig/iptables": IPTABLES["etc/iptables/rules.v4"]
    .replace(":INPUT ACCEPT", ":INPUT DROP")
    .replace("-A INPUT -j REJECT --reject-with icmp-host-prohibited\n", "")
}


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "word"),
    [
        (UFW, "ufw allow"),
        (FIREWALLD, "--add-port="),
        (NFTABLES, "tcp dport"),
        (IPTABLES, "rules.v4"),
        (DROPPING, "/etc/sysconfig/iptables"),
    ],
)
def test_a_port_that_no_rule_names_is_closed_and_how_to_open_it_is_said(tmp_path, files, word):
    root = machine(tmp_path, files)
    for port in (443, 9000, 9005, 9010):
        assert closed(port, root) is None
    for port in (8443, 8444, 8445, 9011):
        found = closed(port, root)
        assert found is not None
        assert found.firewall in ("ufw", "firewalld", "nftables", "iptables")
        assert word in found.remedy
        assert str(port) in found.remedy


def test_without_a_firewall_nothing_is_closed(tmp_path):
    assert closed(8443, tmp_path) is None
    machine(tmp_path, {**UFW, "etc/ufw/ufw.conf": "ENABLED=no\n"})
    assert closed(8443, tmp_path) is None


def test_what_is_open_to_everything_is_open(tmp_path):
    rules = "### tuple ### allow any any 0.0.0.0/0 any 192.0.2.0/24 in\n"
    machine(tmp_path, {**UFW, "etc/ufw/user.rules": rules})
    assert closed(8443, tmp_path) is None
