"""One lnd of the network, over its REST interface."""
import base64
import json
import os

from chain import PASSWORD, USER
from processes import Https

# What mycostrd asks of an lnd, and nothing else: docs/lightning.md has the same list.
PERMISSIONS = [
    "/lnrpc.Lightning/GetInfo",
    # As payee.
    "/lnrpc.Lightning/AddInvoice",
    "/lnrpc.Lightning/LookupInvoice",
    "/lnrpc.Lightning/SubscribeInvoices",
    "/invoicesrpc.Invoices/CancelInvoice",
    # As payer.
    "/lnrpc.Lightning/DecodePayReq",
    "/routerrpc.Router/SendPaymentV2",
    "/routerrpc.Router/TrackPaymentV2",
    # For its channels.
    "/lnrpc.Lightning/ListChannels",
    "/lnrpc.Lightning/PendingChannels",
    "/lnrpc.Lightning/WalletBalance",
    "/lnrpc.Lightning/ConnectPeer",
    "/lnrpc.Lightning/OpenChannel",
]


class Lnd:
    def __init__(self, folder, name, grpc_port, rest_port, peer_port):
        self.name = name
        self.folder = os.path.join(folder, name)
        self.grpc, self.rest = f"127.0.0.1:{grpc_port}", f"127.0.0.1:{rest_port}"
        self.peer = f"127.0.0.1:{peer_port}"
        self.certificate = os.path.join(self.folder, "tls.cert")
        self.admin_macaroon = os.path.join(self.folder, "data/chain/bitcoin/simnet/admin.macaroon")
        self.macaroon = os.path.join(self.folder, "mycostr.macaroon")
        self.https = Https(rest_port, self.certificate)
        self.key = None

    def arguments(self, binaries, btcd):
        return [f"{binaries}/lnd", f"--lnddir={self.folder}", f"--alias={self.name}", "--noseedbackup",
                "--bitcoin.simnet", "--bitcoin.node=btcd", f"--btcd.rpchost=127.0.0.1:{btcd.port}",
                f"--btcd.rpcuser={USER}", f"--btcd.rpcpass={PASSWORD}", f"--btcd.rpccert={btcd.certificate}",
                f"--rpclisten={self.grpc}", f"--restlisten={self.rest}", "--tlsdisableautofill", "--nobootstrap",
                # Without these two a restarted node stays unconnected for minutes.
                f"--listen={self.peer}", f"--externalip={self.peer}", "--minbackoff=100ms", "--maxbackoff=1s",
                "--bitcoin.defaultchanconfs=1", "--bitcoin.defaultremotedelay=4", "--trickledelay=50",
                "--gossip.sub-batch-delay=5ms", "--db.batch-commit-interval=10ms",
                "--caches.rpc-graph-cache-duration=100ms", "--maxpendingchannels=10",
                "--bitcoin.minhtlcout=1", "--minchansize=100000",
                # Else a way that failed once, for a node on it had been killed, is none for three minutes.
                "--routerrpc.apriori.penaltyhalflife=1s"]

    def call(self, method, path, body=None):
        headers = {}
        if os.path.exists(self.admin_macaroon):
            with open(self.admin_macaroon, "rb") as file:
                headers["Grpc-Metadata-macaroon"] = file.read().hex()
        status, answer = self.https.call(method, path, json.dumps(body) if body is not None else None, headers)
        if status != 200:
            raise RuntimeError(f"{self.name} {path}: {status} {answer.decode(errors='replace')}")
        return json.loads(answer)

    def state(self):
        return self.call("GET", "/v1/state")["state"] if os.path.exists(self.certificate) else None

    def is_synced_to(self, height):
        info = self.call("GET", "/v1/getinfo")
        self.key = info["identity_pubkey"]
        return info["synced_to_chain"] and info["block_height"] >= height

    def address(self):
        return self.call("GET", "/v1/newaddress?type=WITNESS_PUBKEY_HASH")["address"]

    def funds(self):
        return int(self.call("GET", "/v1/balance/blockchain")["confirmed_balance"])

    def bake_macaroon(self):
        answer = self.call("POST", "/v1/macaroon",
                           {"permissions": [{"entity": "uri", "action": uri} for uri in PERMISSIONS]})
        with open(self.macaroon, "wb") as file:
            file.write(bytes.fromhex(answer["macaroon"]))

    def connect(self, other):
        self.call("POST", "/v1/peers", {"addr": {"pubkey": other.key, "host": other.peer}, "perm": True})

    def open_channel(self, other, sat, push):
        """False where it has to be tried again."""
        try:
            return self.call("POST", "/v1/channels", {
                "node_pubkey": base64.b64encode(bytes.fromhex(other.key)).decode(),
                "local_funding_amount": str(sat), "push_sat": str(push), "sat_per_vbyte": "2"})
        except RuntimeError as error:
            if "chain backend is still syncing" in str(error) or "not online" in str(error):
                return False
            raise SystemExit(str(error)) from error

    def active_channels(self):
        return sum(channel["active"] for channel in self.call("GET", "/v1/channels").get("channels", []))

    def knows(self, edges):
        """Whether it can route over that many channels."""
        known = self.call("GET", "/v1/graph?include_unannounced=true").get("edges", [])
        return len(known) == edges and all(edge["node1_policy"] and edge["node2_policy"] for edge in known)

    def describe(self):
        return {"name": self.name, "pubkey": self.key, "grpc": self.grpc, "rest": self.rest, "p2p": self.peer,
                "tls_cert": self.certificate, "macaroon": self.macaroon, "admin_macaroon": self.admin_macaroon}
