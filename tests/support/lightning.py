"""Lightning networks for nodes that pay each other: in memory (FakeLnd), and of real lnd (RealLnd)."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile

from mycostr import BINARY, HOST, ROOT, wait_for

SCRIPTS = ROOT / "tests/lightning"
sys.path.append(str(SCRIPTS))
from processes import Processes  # noqa: E402

FAKE_LND = pathlib.Path(BINARY).with_name("fake_lnd")


class FakeLnd:
    """`fake_lnd` and its commands: see docs/testing.md."""

    def __init__(self, nodes=4, channel_sat=1_000_000, push_sat=500_000, funds_sat=5_000_000):
        self.directory = tempfile.mkdtemp(prefix="mycostr-fake-lnd-")
        self.channel_sat = channel_sat
        self.process = subprocess.Popen(
            [FAKE_LND, "--dir", self.directory, "--nodes", str(nodes), "--channel-sat", str(channel_sat), "--push-sat",
             str(push_sat), "--funds-sat", str(funds_sat)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.nodes = json.loads(self.process.stdout.readline())["nodes"]
        self.names = [node["name"] for node in self.nodes]

    def do(self, what, node=None, **details):
        command = {"do": what, **details}
        if node is not None:
            command["node"] = self.names[node]
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["ok"], f"{command}: {answer}"
        return answer

    def kill(self, i):
        self.do("kill", i)

    def start(self, i):
        self.do("start", i)

    def balances(self):
        """What each node has in its channels, in msat; what is on its way counts for nobody."""
        out = [0] * len(self.names)
        for channel in self.do("ledger")["channels"]:
            for side in ("from", "to"):
                out[self.names.index(channel[side])] += channel[side + "_msat"]
        return out

    def paid(self, i):
        """{hash: msat} of the payments of node i that arrived, and what their ways cost."""
        made = self.do("ledger")["nodes"][self.names[i]]["payments"]
        arrived = {key: it for key, it in made.items() if it["status"] == "SUCCEEDED"}
        return {key: it["msat"] for key, it in arrived.items()}, sum(it["fee_msat"] for it in arrived.values())

    def received(self, i):
        """{hash: msat} of the invoices of node i that were paid."""
        made = self.do("ledger")["nodes"][self.names[i]]["invoices"]
        return {key: it["paid_msat"] for key, it in made.items() if it["state"] == "SETTLED"}

    def held(self):
        """Hashes of payments that are in channels."""
        nodes = self.do("ledger")["nodes"].values()
        return [key for node in nodes for key, it in node["payments"].items()
                if it["status"] == "IN_FLIGHT" and it["is_in_channel"]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class RealLnd:
    """A ring of real lnd on loopback, by the scripts of tests/lightning. SystemExit(77) where they cannot be built."""

    def __init__(self, nodes=4, channel_sat=1_000_000, push_sat=500_000):
        built = subprocess.run([SCRIPTS / "build"], stdout=subprocess.PIPE, text=True)
        if built.returncode != 0:
            raise SystemExit(built.returncode)
        self.directory = tempfile.mkdtemp(prefix="mycostr-lightning-")
        try:
            line = subprocess.run([SCRIPTS / "up", "--bin", built.stdout.strip(), "--dir", self.directory, "--nodes",
                                   str(nodes), "--channel-sat", str(channel_sat), "--push", str(push_sat)],
                                  stdout=subprocess.PIPE, text=True, check=True).stdout
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        self.nodes = json.loads(line)["nodes"]
        self.names = [node["name"] for node in self.nodes]

    def script(self, name, *arguments):
        subprocess.run([SCRIPTS / name, "--dir", self.directory, *map(str, arguments)], check=True)

    def kill(self, i):
        """At once: ./node, which does the same, takes a while to start."""
        processes = Processes(self.directory)
        entry = processes.named(self.names[i])
        assert processes.is_alive(entry), f"{self.names[i]} has ended by itself"
        os.kill(entry["pid"], signal.SIGKILL)
        wait_for(lambda: not processes.is_alive(entry), "an lnd to end")

    def start(self, i):
        self.script("node", "start", self.names[i])

    def mine(self, blocks):
        self.script("mine", blocks)

    def call(self, i, path, body=None):
        """lnd's own word, with its admin's macaroon."""
        node = self.nodes[i]
        port = int(node["rest"].rsplit(":", 1)[1])
        macaroon = pathlib.Path(node["admin_macaroon"]).read_bytes().hex()
        context = ssl.create_default_context(cafile=node["tls_cert"])
        connection = http.client.HTTPSConnection(HOST, port, context=context, timeout=60)
        try:
            connection.request("GET" if body is None else "POST", path, json.dumps(body) if body is not None else None,
                               {"Grpc-Metadata-macaroon": macaroon})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, f"{self.names[i]} {path}: {answer.status} {text}"
            return json.loads(text)
        finally:
            connection.close()

    def channels(self, i):
        return self.call(i, "/v1/channels").get("channels", [])

    def wait_active(self):
        """Until all channels are usable again, and nothing is on its way in them."""
        def active():
            listed = [channel for i in range(len(self.nodes)) for channel in self.channels(i)]
            return all(c["active"] and not c.get("pending_htlcs") for c in listed)
        wait_for(active, "all channels to be active and empty", 120)

    def balances(self):
        """What each node has in its channels, in msat, and keeps ready there for their commitments' fees."""
        out = []
        for i in range(len(self.nodes)):
            local = int(self.call(i, "/v1/balance/channels")["local_balance"]["msat"])
            out.append(local + sum(1000 * self.kept_for_chain(c) for c in self.channels(i) if c.get("initiator")))
        return out

    @staticmethod
    def kept_for_chain(channel):
        """Sat of an empty channel that are its opener's; lnd's "commit_fee" has others' fractions in it."""
        assert channel["commitment_type"] == "ANCHORS", channel
        weight, anchors = 1124, 2 * 330
        return int(channel["fee_per_kw"]) * weight // 1000 + anchors

    def paid(self, i):
        made = self.call(i, "/v1/payments?max_payments=100000").get("payments", [])
        arrived = [it for it in made if it["status"] == "SUCCEEDED"]
        fees = sum(int(it["fee_msat"]) for it in arrived)
        return {it["payment_hash"]: int(it["value_msat"]) for it in arrived}, fees

    def received(self, i):
        made = self.call(i, "/v1/invoices?num_max_invoices=100000").get("invoices", [])
        paid = [it for it in made if it["state"] == "SETTLED"]
        return {base64.b64decode(it["r_hash"]).hex(): int(it["amt_paid_msat"]) for it in paid}

    def __enter__(self):
        return self

    def __exit__(self, raised, *_):
        self.script("down")
        if not raised:
            shutil.rmtree(self.directory, ignore_errors=True)
