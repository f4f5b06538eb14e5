"""A bitcoin chain of its own: btcd on simnet, mining to whoever asks.

Coinbases go to the P2SH of the script OP_TRUE, which anyone may spend without a key: btcd needs no wallet, and one
hand-made transaction funds all nodes.
"""
import base64
import hashlib
import json
import os
import struct

from processes import Https

USER, PASSWORD = "mycostr", "mycostr"
OP_TRUE_HASH = bytes.fromhex("da1745e9b549bd0bfa1a569971c77eba30cd5a4b")  # hash160 of the one byte 0x51
COINBASE_SAT = 50 * 10**8
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def mining_address():
    payload = b"\x7b" + OP_TRUE_HASH  # simnet's prefix of P2SH
    payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(payload, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return text


class Btcd:
    def __init__(self, folder, rpc_port):
        self.folder = os.path.join(folder, "btcd")
        self.port = rpc_port
        self.certificate = os.path.join(self.folder, "rpc.cert")
        self.https = Https(rpc_port, self.certificate)

    def arguments(self, binaries, peer_port):
        os.makedirs(self.folder, exist_ok=True)
        configuration = os.path.join(self.folder, "btcd.conf")
        open(configuration, "w").close()
        # Each lnd holds 4 websockets: at btcd's default of 25 the seventh lnd would hang.
        return [f"{binaries}/btcd", f"--configfile={configuration}", "--simnet", f"--datadir={self.folder}/data",
                f"--logdir={self.folder}/logs", f"--listen=127.0.0.1:{peer_port}",
                f"--rpclisten=127.0.0.1:{self.port}", f"--rpcuser={USER}", f"--rpcpass={PASSWORD}",
                f"--rpccert={self.certificate}", f"--rpckey={self.folder}/rpc.key", "--txindex",
                "--rpcmaxwebsockets=500", f"--miningaddr={mining_address()}"]

    def is_up(self):
        return os.path.exists(self.certificate) and self.rpc("getblockcount") is not None

    def rpc(self, method, *parameters):
        authorization = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        status, body = self.https.call(
            "POST", "/", json.dumps({"jsonrpc": "1.0", "id": 1, "method": method, "params": parameters}),
            {"Authorization": authorization, "Content-Type": "application/json"})
        answer = json.loads(body) if status == 200 else {"error": f"{status} {body!r}"}
        if answer.get("error"):
            raise RuntimeError(f"btcd {method}: {answer['error']}")
        return answer["result"]

    def fund(self, addresses, sat, count):
        """`count` outputs of `sat` to each address (P2WPKH), from the coinbase of block 1."""
        block = self.rpc("getblock", self.rpc("getblockhash", 1), 1)
        outputs = [(sat, witness_script(address)) for address in addresses for _ in range(count)]
        fee = 2 * (200 + 40 * len(outputs))
        change = COINBASE_SAT - fee - sum(value for value, _ in outputs)
        # Without change btcd would learn an absurd fee from this transaction, and lnd could open no channel.
        outputs.append((change, b"\xa9\x14" + OP_TRUE_HASH + b"\x87"))
        assert change > 0 and len(outputs) < 253
        transaction = struct.pack("<i", 2) + b"\x01" + bytes.fromhex(block["tx"][0])[::-1] + struct.pack("<I", 0)
        transaction += b"\x02\x01\x51" + b"\xff\xff\xff\xff" + bytes([len(outputs)])
        for value, script in outputs:
            transaction += struct.pack("<Q", value) + bytes([len(script)]) + script
        self.rpc("sendrawtransaction", (transaction + b"\x00\x00\x00\x00").hex())


def witness_script(address):
    digits = [BECH32.index(letter) for letter in address.rsplit("1", 1)[1]][:-6]
    number = bits = 0
    program = bytearray()
    for digit in digits[1:]:
        number, bits = (number << 5) | digit, bits + 5
        if bits >= 8:
            bits -= 8
            program.append((number >> bits) & 255)
    assert digits[0] == 0 and len(program) == 20
    return b"\x00\x14" + bytes(program)
