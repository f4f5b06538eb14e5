#!/usr/bin/env python3
"""Holders are paid by the hour over a Lightning network in memory, where hours are seconds.

PERIODS is how many of them the calm test takes, KILLS how often each of owner, holder and their two lnd is
killed, SEED repeats the choices.
"""

import csv
import datetime
import io
import os
import pathlib
import random
import secrets
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from lightning import FakeLnd  # noqa: E402
from mycostr import MIB, wait_for  # noqa: E402
from paid import PERIOD_S, Accounts, Killer, PaidCluster, agreements, entries  # noqa: E402
from paid import longest_wait, payments, price_for  # noqa: E402

SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))
N_PERIODS = int(os.environ.get("PERIODS", 20))
KILLS = int(os.environ.get("KILLS", 5))
SIZE = 4 * MIB
PRICE = price_for(SIZE, 1500)


def problems(node):
    return {p["code"] for p in node.status()["problems"]}


class Payments(unittest.TestCase):
    def test_what_is_kept_is_counted_agreed_and_paid(self):
        with FakeLnd() as lightning, PaidCluster(lightning.nodes, PRICE) as net:
            owner, before = net.nodes[0], lightning.balances()
            file_id = owner.stored(secrets.token_bytes(SIZE))["file"]["id"]
            accounts = Accounts(net, 0, PRICE)
            wait_for(lambda: len(accounts.note()) == 3, "an agreement with each holder")
            wait_for(lambda: min(accounts.statement_counts()) >= N_PERIODS, "statements", 30 + 2 * N_PERIODS * PERIOD_S)
            for books in accounts.books().values():
                books.check()
                self.assertEqual(books.disputed(), [])
                self.assertGreater(len(books.out), N_PERIODS / 3, "what is over the threshold is paid soon")
            self.check_channels(net)
            closed = accounts.close(file_id)
            earned = accounts.check_wallets(lightning, before)
            self.assertGreater(earned, 3 * N_PERIODS * 1000)
            self.check_lists(net, closed, earned)
            self.assertEqual(net.stop(), [0, 0, 0, 0])

    def check_channels(self, net):
        shown = net.nodes[0].request("GET", "/channels").json()
        self.assertEqual({c["peer"] for c in shown["channels"]}, {net.ids[1], net.ids[3]}, "of the ring")
        for channel in shown["channels"]:
            self.assertTrue(channel["active"] and channel["why"], channel)
            kept = channel["capacity_sat"] * 1000 - channel["local_msat"] - channel["remote_msat"]
            self.assertTrue(0 <= kept < 5_000_000, f"but for fees and what is on its way all is somebody's: {channel}")
        self.assertEqual([(d["peer"], d["decision"]) for d in shown["next"]], [(net.ids[2], "routed")])
        self.assertEqual(shown["rebalance"]["mode"], "dry-run")

    def check_lists(self, net, closed, earned):
        owner = net.nodes[0]
        for by in ("peer", "day"):
            totals = entries(owner, f"/payments/totals?by={by}", "totals")
            self.assertEqual(sum(t["out_msat"] for t in totals), earned, f"by {by}")
        settled = payments(owner, "out", "settled")
        self.assertEqual(sum(t["fees_msat"] for t in totals), sum(p["fee_msat"] for p in settled))
        answer = owner.request("GET", "/payments?limit=1000", headers={"Accept": "text/csv"})
        self.assertEqual((answer.status, answer.headers["content-type"].split(";")[0]), (200, "text/csv"))
        rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
        self.assertEqual([(r["id"], int(r["amount_msat"]), r["preimage"], r["for"]) for r in rows],
                         [(p["id"], p["amount_msat"], p["preimage"], p["for"]) for p in settled])
        for books in closed.values():
            self.assertTrue(all(p["channel"] and float(p["amount"]) > 0 and p["timestamp"] for p in books.out.values()))

    def test_a_wallet_in_trouble_is_named_while_accounts_go_on(self):
        with FakeLnd() as lightning, PaidCluster(lightning.nodes, PRICE) as net:
            owner, before = net.nodes[0], lightning.balances()
            file_id = owner.stored(secrets.token_bytes(SIZE))["file"]["id"]
            accounts = Accounts(net, 0, PRICE)
            wait_for(lambda: len(accounts.note()) == 3, "an agreement with each holder")
            wait_for(lambda: payments(owner, "out", "settled"), "the first payment")
            macaroon = pathlib.Path(lightning.nodes[0]["macaroon"])
            renewed = []

            def refuse():
                old = macaroon.read_bytes()
                lightning.do("renew_macaroon", 0)
                renewed.append(macaroon.read_bytes())
                macaroon.write_bytes(old)
            for word, begin, end in (
                    ("wallet_offline", lambda: lightning.kill(0), lambda: lightning.start(0)),
                    ("wallet_locked", lambda: lightning.do("state", 0, state="LOCKED"),
                     lambda: lightning.do("state", 0, state="SERVER_ACTIVE")),
                    ("wallet_unsynced", lambda: lightning.do("synced", 0, synced=False),
                     lambda: lightning.do("synced", 0, synced=True)),
                    ("wallet_forbidden", refuse, lambda: macaroon.write_bytes(renewed[0]))):
                begin()
                self.endure(net, accounts, word)
                end()
                paid = len(payments(owner, "out", "settled"))
                wait_for(lambda: word not in problems(owner), f"{word} to go")
                wait_for(lambda: len(payments(owner, "out", "settled")) >= paid + 3, f"payments after {word}")
            accounts.close(file_id)
            accounts.check_wallets(lightning, before)

    def endure(self, net, accounts, word):
        """The problem shows, no payment is made, and statements are agreed as ever."""
        owner = net.nodes[0]
        wait_for(lambda: word in problems(owner), word)
        paid, counts = len(payments(owner, "out", "settled")), accounts.statement_counts()
        wait_for(lambda: all(now >= then + 2 for now, then in zip(accounts.statement_counts(), counts)),
                 "more statements")
        waiting = wait_for(lambda: [p for p in payments(owner, "out") if (p["problem"] or "").startswith(word)],
                           "payments that wait")
        self.assertTrue(all(p["state"] != "settled" for p in waiting))
        self.assertLessEqual(len(payments(owner, "out", "settled")), paid + 3, "none but those that had been sent")
        for books in accounts.books().values():
            books.check()

    def test_kills_pay_nothing_twice_and_forget_nothing(self):
        rng = random.Random(SEED)
        with FakeLnd() as lightning, PaidCluster(lightning.nodes, PRICE) as net:
            owner, before = net.nodes[0], lightning.balances()
            file_id = owner.stored(secrets.token_bytes(SIZE))["file"]["id"]
            accounts = Accounts(net, 0, PRICE)
            wait_for(lambda: len(accounts.note()) == 3, "an agreement with each holder")
            wait_for(lambda: payments(owner, "out", "settled"), "the first payment")

            def release(part):
                for payment_hash in lightning.held():
                    if rng.random() < part:
                        lightning.do("release", hash=payment_hash)

            def trouble():
                release(0.3)
                if rng.random() < 0.5:
                    lightning.do("stick_next", 0, how=rng.choice(("lost", "held")))
                elif rng.random() < 0.3:
                    lightning.do("lose_next", 0, method="SendPaymentV2")
            killer = Killer(net, lightning, 0, rng.choice((1, 2, 3)), rng)
            killer.run(KILLS, trouble)
            accounts.close(file_id, 180, lambda: release(1))
            earned = accounts.check_wallets(lightning, before)
            made = payments(owner, "out", "settled")
            print(f"\n{4 * KILLS} kills, {killer.told()}: {len(made)} payments of {earned} msat, "
                  f"{sum(p['attempts'] > 1 for p in made)} sent again, the longest took {longest_wait(made):.1f} s",
                  flush=True)
            self.assertLess(longest_wait(made), 60, "seconds; an invoice is good for 30")

    def test_an_owner_that_does_not_pay_is_told_stopped_and_evicted(self):
        env = {"MYCOSTR_PAYMENTS_MAX_AGE": "5s", "MYCOSTR_PAYMENTS_GRACE": "5s"}
        with FakeLnd() as lightning, PaidCluster([None, *lightning.nodes[1:]], PRICE, env) as net:
            owner = net.nodes[0]
            owner.stored(secrets.token_bytes(SIZE))
            seen = {}

            def standings():
                for agreement in agreements(owner).values():
                    if agreement["payment"]["state"] in ("warned", "stopped", "deleting"):
                        seen.setdefault(agreement["payment"]["state"], agreement["payment"])
                return seen
            wait_for(lambda: "warned" in standings(), "the owner to be warned")
            self.assertIn("payments_overdue", problems(owner))
            told = seen["warned"]
            due, stops, deletes = (datetime.datetime.fromisoformat(told[key])
                                   for key in ("due_since", "stops_at", "deletes_at"))
            self.assertEqual(stops - due, datetime.timedelta(seconds=5))
            self.assertEqual(deletes - stops, datetime.timedelta(seconds=5))
            self.assertGreater(told["owed_msat"], 1000)
            self.assertEqual([n.status()["storage"]["shards"] for n in net.nodes], [0, 4, 4, 4], "not yet")
            wait_for(lambda: "stopped" in standings(), "the owner to be told that it is stopped")
            refused = wait_for(lambda: (a := owner.store(b"more")).status != 201 and a, "a store to be refused")
            self.assertEqual((refused.status, refused.code), (507, "not_enough_nodes"))
            self.assertIn("has not been paid", refused.json()["detail"])
            wait_for(lambda: net.shards() == 0, "what is not paid for to be deleted")
            self.assertGreaterEqual(datetime.datetime.now(datetime.timezone.utc), deletes)
            for holder in net.nodes[1:]:
                wait_for(lambda: {a["state"] for a in agreements(holder, "holder").values()} == {"unpaid"},
                         "agreements to end")


if __name__ == "__main__":
    print(f"SEED={SEED}", flush=True)
    unittest.main(verbosity=2)
