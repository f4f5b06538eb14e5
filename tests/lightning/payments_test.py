#!/usr/bin/env python3
"""Holders are paid by the hour over real lnd, each node with its own, where hours are seconds.

PERIODS is how many of them pass, KILLS how often each of owner, holder and their two lnd is killed, SEED repeats the
choices. Exit status 77 where there is no Go to build an lnd with.
"""

import os
import pathlib
import random
import secrets
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from lightning import RealLnd  # noqa: E402
from mycostr import MIB, wait_for  # noqa: E402
from paid import PERIOD_S, Accounts, Killer, PaidCluster, longest_wait, payments, price_for  # noqa: E402

SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))
N_PERIODS = int(os.environ.get("PERIODS", 15))
KILLS = int(os.environ.get("KILLS", 1))
SIZE = 4 * MIB
PRICE = price_for(SIZE, 1500)
ENV = {"MYCOSTR_PAYMENTS_STUCK_AFTER": "4s"}


def tell(text):
    print("\n" + text, flush=True)


class Payments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lightning = cls.enterClassContext(RealLnd())

    def network(self, own=None):
        return PaidCluster(self.lightning.nodes, PRICE, ENV, own)

    def begin(self, net):
        """The file, the accounts with three holders, and what the wallets hold before."""
        self.lightning.wait_active()
        before = Wallets(self.lightning)
        file_id = net.nodes[0].stored(secrets.token_bytes(SIZE))["file"]["id"]
        accounts = Accounts(net, 0, PRICE)
        wait_for(lambda: len(accounts.note()) == 3, "an agreement with each holder")
        return file_id, accounts, before

    def end(self, accounts, file_id, before):
        accounts.close(file_id, 240)
        self.lightning.wait_active()
        earned = accounts.check_wallets(before.since(), before.balances)
        made = payments(accounts.net.nodes[0], "out", "settled")
        tell(f"{len(made)} payments of {earned} msat for {sum(accounts.statement_counts())} statements, "
             f"fees {sum(p['fee_msat'] for p in made)} msat, {sum(p['attempts'] > 1 for p in made)} sent again, "
             f"the longest took {longest_wait(made):.1f} s")
        return made

    def test_every_period_is_agreed_and_paid(self):
        with self.network() as net:
            file_id, accounts, before = self.begin(net)
            wait_for(lambda: min(accounts.statement_counts()) >= N_PERIODS, "statements", 60 + 2 * N_PERIODS * PERIOD_S)
            for books in accounts.books().values():
                books.check()
                self.assertEqual(books.disputed(), [])
            made = self.end(accounts, file_id, before)
            self.assertGreater(len(made), N_PERIODS)

    def test_kills_pay_nothing_twice_and_forget_nothing(self):
        rng = random.Random(SEED)
        with self.network() as net:
            file_id, accounts, before = self.begin(net)
            wait_for(lambda: payments(net.nodes[0], "out", "settled"), "the first payment")
            holder = rng.choice((1, 2, 3))
            killer = Killer(net, self.lightning, 0, holder, rng)
            killer.run(KILLS)
            tell(f"{4 * KILLS} kills, {killer.told()}; holder {holder}")
            self.end(accounts, file_id, before)

    def test_where_there_is_no_way_a_channel_is_opened(self):
        # Nobody passes payments on for nothing: there is no way to the holder across the ring.
        own = {0: {"MYCOSTR_PAYMENTS_MAX_FEE_PPM": "0", "MYCOSTR_PAYMENTS_MAX_FEE_BASE_MSAT": "0",
                   "MYCOSTR_CHANNELS_OPEN": "auto", "MYCOSTR_CHANNELS_DAILY_BUDGET_SAT": "100000"}}
        with self.network(own) as net:
            file_id, accounts, before = self.begin(net)
            across = self.lightning.nodes[2]["pubkey"]

            def opening():
                shown = net.nodes[0].request("GET", "/channels").json()
                return [c for c in shown["pending"] if c["state"] == "opening" and c["lightning_key"] == across]
            opened = wait_for(opening, "a channel to be opened")
            self.assertEqual([c["capacity_sat"] for c in opened], [100_000])
            self.lightning.mine(6)
            wait_for(lambda: [p for p in payments(net.nodes[0], "out", "settled") if p["peer"] == net.ids[2]],
                     "a payment over the new channel", 180)
            listed = [c for c in self.lightning.channels(0) if c["remote_pubkey"] == across]
            self.assertEqual([int(c["capacity"]) for c in listed], [100_000], "one, and the least there is")
            before.opened(0, listed[0])
            funding = listed[0]["channel_point"].split(":")[0]
            cost = next(int(t["total_fees"]) for t in self.lightning.call(0, "/v1/transactions")["transactions"]
                        if t["tx_hash"] == funding)
            tell(f"opening it cost {cost} sat; {listed[0]['local_balance']} sat are in it, a hundredth of all stays")
            made = self.end(accounts, file_id, before)
            self.assertEqual(sum(p["fee_msat"] for p in made), 0)


class Wallets:
    """What all lnd had at some time, and what has happened since."""

    def __init__(self, lightning):
        self.lightning, self.balances = lightning, lightning.balances()
        self.known = [(lightning.paid(i), lightning.received(i)) for i in range(len(lightning.nodes))]

    def opened(self, i, channel):
        """A channel that node i has put money in."""
        self.balances[i] += 1000 * int(channel["capacity"])

    def since(self):
        return _Since(self.lightning, self.known)


class _Since:
    def __init__(self, lightning, known):
        self.lightning, self.known, self.balances = lightning, known, lightning.balances

    def paid(self, i):
        (then, fees), (now, more) = self.known[i][0], self.lightning.paid(i)
        return {key: now[key] for key in now.keys() - then.keys()}, more - fees

    def received(self, i):
        then, now = self.known[i][1], self.lightning.received(i)
        return {key: now[key] for key in now.keys() - then.keys()}


if __name__ == "__main__":
    print(f"SEED={SEED}", flush=True)
    unittest.main(verbosity=2)
