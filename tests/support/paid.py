"""Nodes that pay each other, and their books, which have to agree to the last msat."""

import contextlib
import datetime
import hashlib
import http.client
import time
import urllib.parse

from mycostr import Cluster, wait_for

# Hours become seconds. Short of that nothing differs from a real network.
PERIODS = {
    "MYCOSTR_AUDIT_PERIOD": "2s",
    "MYCOSTR_AUDIT_DEADLINE": "1500ms",
    "MYCOSTR_AUDIT_CONTAIN_FOR": "10s",
    "MYCOSTR_LIVENESS_PROBE_INTERVAL": "1s",
    "MYCOSTR_PAYMENTS_PERIOD": "2s",
    "MYCOSTR_PAYMENTS_MAX_AGE": "8s",
    "MYCOSTR_PAYMENTS_GRACE": "1h",
    "MYCOSTR_PAYMENTS_STUCK_AFTER": "3s",
    "MYCOSTR_PAYMENTS_INVOICE_EXPIRY": "30s",
    "MYCOSTR_PAYMENTS_THRESHOLD_MSAT": "2000",
    "MYCOSTR_BUDGET_HOUR_MSAT": str(10**9),
    "MYCOSTR_BUDGET_DAY_MSAT": str(10**9),
    "MYCOSTR_BUDGET_PEER_DAY_MSAT": str(10**9),
    # A holder whose lnd is down has no way to it either: sums are simpler where no channel comes of that.
    "MYCOSTR_CHANNELS_OPEN": "never",
}
PERIOD_S = 2
TB_MONTH = 10**12 * 2_628_000  # in byte-seconds
LEAST_PAYMENT = 1000


def price_for(size, msat):
    """At which `size` bytes earn so much in a period."""
    return msat * TB_MONTH // (size * PERIOD_S)


class PaidCluster(Cluster):
    """Node i has the wallet `wallets[i]`, as `fake_lnd` and tests/lightning/up describe it; none: no wallet."""

    def __init__(self, wallets, price, env=None, own=None):
        self.wallets, self.own = wallets, own or {}
        prices = {"MYCOSTR_PAYMENTS_PRICE_MSAT_PER_TB_MONTH": str(price),
                  "MYCOSTR_PAYMENTS_MAX_PRICE_MSAT_PER_TB_MONTH": str(price)}
        super().__init__(nodes=len(wallets), env={**PERIODS, **prices, **(env or {})})

    def env_of(self, i):
        wallet, out = self.wallets[i], {**self.env, **self.own.get(i, {})}
        if wallet is not None:
            out |= {"MYCOSTR_PAYMENTS_WALLET": "lnd", "MYCOSTR_LND_ADDRESS": wallet["grpc"],
                    "MYCOSTR_LND_TLS_CERT": wallet["tls_cert"], "MYCOSTR_LND_MACAROON": wallet["macaroon"]}
        return out


def entries(node, path, key):
    """All of a list, over its pages."""
    out, cursor, mark = [], "", "&" if "?" in path else "?"
    while True:
        answer = node.request("GET", f"{path}{mark}limit=1000{cursor}")
        assert answer.status == 200, f"{path}: {answer!r}"
        page = answer.json()
        out += page[key]
        if page["next_cursor"] is None:
            return out
        cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"], safe="")


def agreements(node, role="owner"):
    return {a["id"]: a for a in entries(node, "/agreements", "agreements") if a["role"] == role}


def statements(node, agreement):
    return entries(node, f"/agreements/{agreement}/statements", "statements")


def payments(node, direction, state=None):
    out = entries(node, f"/payments?direction={direction}", "payments")
    return [p for p in out if state is None or p["state"] == state]


def of_agreement(listed, agreement):
    """By settlement; no settlement twice."""
    out = {p["settlement"]: p for p in listed if p["for"] == agreement}
    assert len(out) == sum(p["for"] == agreement for p in listed), f"{agreement}: a settlement stands in two records"
    return out


SIGNED = ("number", "epoch", "start", "end", "byte_seconds", "amount_msat", "total_msat", "audit", "revision", "root",
          "last", "disputed")
SHARED = ("for", "amount", "amount_msat", "payment_hash", "preimage", "statements", "settlement", "start", "end")


class Books:
    """One agreement, as its owner and its holder have it. Each check raises where something is wrong."""

    def __init__(self, owner, holder, agreement, price):
        self.agreement, self.price = agreement, price
        # Payments first: statements that are read later know at least these.
        self.out = of_agreement(payments(owner, "out", "settled"), agreement)
        self.into = of_agreement(payments(holder, "in", "settled"), agreement)
        self.owner, self.holder = (
            [s for s in statements(node, agreement) if s["state"] != "open"] for node in (owner, holder))

    def check(self):
        self.check_statements()
        self.check_settlements()
        return self

    def check_statements(self):
        common = min(len(self.owner), len(self.holder))
        assert abs(len(self.owner) - len(self.holder)) <= 1, f"{len(self.owner)} and {len(self.holder)} statements"
        end, total, byte_seconds = None, 0, 0
        for i, (ours, theirs) in enumerate(zip(self.owner[:common], self.holder[:common])):
            for field in SIGNED:
                assert ours[field] == theirs[field], f"{field}: {ours} {theirs}"
            assert ours["number"] == i + 1 and end in (None, ours["start"]), f"a gap before {ours}"
            end, total = ours["end"], total + ours["amount_msat"]
            assert total == ours["total_msat"], ours
            byte_seconds += int(ours["byte_seconds"]) if ours["audit"] in ("passed", "unknown") else 0
        # What lies below a byte-second is not shown.
        least, most = (self.price * b // TB_MONTH for b in (byte_seconds, byte_seconds + common))
        assert least <= total <= most, f"{total} msat for {byte_seconds} byte-seconds, not {least} to {most}"

    def check_settlements(self):
        """From the preimages on both sides back to what was counted."""
        assert abs(len(self.out) - len(self.into)) <= 1, f"{sorted(self.out)} and {sorted(self.into)}"
        amounts = {s["number"]: s["amount_msat"] for s in self.owner}
        paid_by = [{s["number"]: s["payment"] for s in side} for side in (self.owner, self.holder)]
        following = 1
        for number in range(1, 1 + min(len(self.out), len(self.into))):
            ours, theirs = self.out[number], self.into[number]
            for field in SHARED:
                assert ours[field] == theirs[field], f"{field}: {ours} {theirs}"
            assert hashlib.sha256(bytes.fromhex(ours["preimage"])).hexdigest() == ours["payment_hash"], ours
            first, last = ours["first_statement"], ours["last_statement"]
            assert ours["statements"] == list(range(first, last + 1)), ours
            skipped = [n for n in range(following, first) if amounts[n]]
            assert first >= following and not skipped, f"not from {following} on: {ours}"
            following = last + 1
            assert ours["amount_msat"] == sum(amounts[n] for n in ours["statements"]), ours
            for side, payment in zip(paid_by, (ours, theirs)):
                assert all(side.get(n) in (payment["id"], None) for n in payment["statements"]), payment
                assert side.get(payment["last_statement"]) == payment["id"], payment

    def is_closed(self):
        """Nothing is kept any more, and what it earned is paid but for less than can be."""
        counted = all(side and side[-1]["byte_seconds"] == "0" for side in (self.owner, self.holder))
        return counted and self.out.keys() == self.into.keys() and self.earned() - self.paid() < LEAST_PAYMENT

    def disputed(self):
        return [s for s in self.owner if s["disputed"]]

    def earned(self):
        return self.owner[-1]["total_msat"] if self.owner else 0

    def paid(self):
        return sum(p["amount_msat"] for p in self.out.values())


class Accounts:
    """All agreements of one owner with its holders."""

    def __init__(self, net, owner, price):
        self.net, self.owner, self.price = net, owner, price
        self.ids = {}

    def note(self):
        """The agreements there are now: they stay noted when they end."""
        for key, agreement in agreements(self.net.nodes[self.owner]).items():
            self.ids[key] = self.net.ids.index(agreement["peer"])
        return self.ids

    def books(self):
        return {key: Books(self.net.nodes[self.owner], self.net.nodes[holder], key, self.price)
                for key, holder in self.ids.items()}

    def statement_counts(self):
        return [sum(s["state"] != "open" for s in statements(self.net.nodes[self.owner], key)) for key in self.ids]

    def close(self, file_id, seconds=120, meanwhile=lambda: None):
        """Deletes the file, and waits until all of its time is counted and paid."""
        assert self.net.nodes[self.owner].delete(file_id).status == 204

        def closed():
            meanwhile()
            books = self.books()
            return all(b.is_closed() for b in books.values()) and books
        books = wait_for(closed, "all to be counted and paid", seconds)
        for one in books.values():
            one.check()
            assert one.earned() >= one.paid(), f"{one.paid()} msat were paid for {one.earned()}"
        return books

    def check_wallets(self, lightning, before):
        """What the books say is what the wallets did: each hash once, and the sums."""
        nodes, sums = self.net.nodes, lightning.balances()
        out = payments(nodes[self.owner], "out", "settled")
        sent, fees = lightning.paid(self.owner)
        assert sent == {p["payment_hash"]: p["amount_msat"] for p in out}, "not what the owner's books say"
        assert fees == sum(p["fee_msat"] for p in out)
        moved = sums[self.owner] - before[self.owner]
        assert moved == -sum(sent.values()) - fees, f"{moved} msat moved, not {sum(sent.values())} and {fees}"
        earned = 0
        for holder in set(self.ids.values()):
            into = payments(nodes[holder], "in", "settled")
            got = lightning.received(holder)
            assert got == {p["payment_hash"]: p["amount_msat"] for p in into}, "not what a holder's books say"
            assert sums[holder] - before[holder] >= sum(got.values())
            earned += sum(got.values())
        assert earned == sum(sent.values()), f"{earned} msat came of {sum(sent.values())}"
        assert sum(sums) == sum(before), "nothing is on its way"
        return earned


class Killer:
    """kill -9 of an owner, of one of its holders, and of their two lnd, at random moments and right after sends."""

    def __init__(self, net, lightning, owner, holder, rng):
        self.net, self.lightning, self.owner, self.rng = net, lightning, owner, rng
        self.victims = {"owner": (net, owner), "holder": (net, holder), "owner's lnd": (lightning, owner),
                        "holder's lnd": (lightning, holder)}
        self.delays = []  # from before a send to after the kill, in seconds

    def run(self, times, between=lambda: None):
        """Each victim so many times, in random order; every other time right after a send."""
        order = [(name, count % 2 == 0) for name in self.victims for count in range(times)]
        self.rng.shuffle(order)
        for name, waits_for_send in order:
            between()
            sent = self.wait_for_send() if waits_for_send else time.sleep(self.rng.random() * PERIOD_S)
            where, number = self.victims[name]
            where.kill(number)
            if sent is not None:
                self.delays.append(time.monotonic() - sent)
            time.sleep(self.rng.random())
            if where is self.net:
                where.restart(number)
            else:
                where.start(number)

    def wait_for_send(self):
        """Returns once a payment has left, with a time before that; None where none has for some periods."""
        node, end = self.net.nodes[self.owner], time.monotonic() + 3 * PERIOD_S
        known = asked = None
        while time.monotonic() < end:
            before, asked = asked, time.monotonic()
            with contextlib.suppress(OSError, http.client.HTTPException):
                newest = node.request("GET", "/payments?direction=out&order=desc&limit=6", timeout=5).json()
                sent = {(p["id"], p["attempts"]) for p in newest["payments"] if p["attempts"]}
                if known is not None and sent - known:
                    return before
                known = sent | (known or set())
            time.sleep(0.001)
        return None

    def told(self):
        delays = sorted(1000 * d for d in self.delays) or [0]
        return (f"{len(self.delays)} right after a send, half of them within {delays[len(delays) // 2]:.0f} ms, "
                f"{sum(d <= 60 for d in delays)} within 60 ms")


def longest_wait(listed):
    """Seconds from a payment's record to its end."""
    def seconds(text):
        return datetime.datetime.fromisoformat(text).timestamp()
    return max(seconds(p["timestamp"]) - seconds(p["created"]) for p in listed)
