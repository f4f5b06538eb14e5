#!/usr/bin/env python3
"""An owner's channel runs dry by paying a holder, and is filled up again around a triangle of real lnd, within its caps.

Exit status 77 where there is no Go to build an lnd with.
"""

import pathlib
import secrets
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from lightning import RealLnd  # noqa: E402
from mycostr import MIB, wait_for  # noqa: E402
from paid import PaidCluster, price_for  # noqa: E402

SIZE = 32 * MIB
A_PERIOD_MSAT = 20_000_000
PRICE = price_for(SIZE, A_PERIOD_MSAT)
PERIOD = "5s"
MAX_PPM, DAILY_BUDGET_SAT = 1000, 100
FREE = {"MYCOSTR_PAYMENTS_PRICE_MSAT_PER_TB_MONTH": "0"}


def rebalancing(max_ppm):
    return {"MYCOSTR_REBALANCE_MODE": "on", "MYCOSTR_REBALANCE_PERIOD": PERIOD,
            "MYCOSTR_REBALANCE_MAX_PPM": str(max_ppm), "MYCOSTR_REBALANCE_DAILY_BUDGET_SAT": str(DAILY_BUDGET_SAT)}


class Rebalance(unittest.TestCase):
    """lnd 0 pays lnd 1 over the channel between them; the other holders are free. What comes back goes 0, 2, 1, 0."""

    def test_a_drained_side_is_filled_up_within_its_caps(self):
        own = {0: rebalancing(max_ppm=1), 2: FREE, 3: FREE}
        with RealLnd(nodes=3) as lightning, PaidCluster([*lightning.nodes, None], PRICE, own=own) as net:
            lightning.wait_active()
            net.nodes[0].stored(secrets.token_bytes(SIZE))
            refused = wait_for(lambda: [s for s in run_of(net)["skipped"] if "cost more" in s["why"]],
                               "a circle that is too dear", 240)
            self.assertEqual(own_payments(lightning), {}, "what was refused was sent")
            channel = refused[0]["channel"]
            print("\n" + refused[0]["why"], flush=True)

            net.processes[0].env |= rebalancing(MAX_PPM)
            net.kill(0)
            drained = local_sat(lightning, channel)
            net.restart(0)
            moves = wait_for(lambda: [m for m in run_of(net)["moves"] if m["result"] == "done"],
                             "a channel to be filled up", 120)
            self.assertEqual(len(moves), 1, "only one channel has run dry")
            move = moves[0]
            self.assertEqual(move["to"], channel)
            self.assertNotEqual(move["from"], channel)
            self.assertGreater(move["fee_msat"], 0, "two others passed it on")
            self.assertLessEqual(move["fee_msat"], move["max_fee_msat"])
            self.assertLessEqual(move["max_fee_msat"], move["amount_msat"] * MAX_PPM // 10**6)

            # lnd's own word: what came in by the one channel is what went out by the other.
            wait_for(lambda: local_sat(lightning, move["from"]) < 500_000, "lnd to settle it")
            paid = own_payments(lightning)
            self.assertIn((move["amount_msat"], move["fee_msat"]), paid.values())
            self.assertLessEqual(sum(fee for _, fee in paid.values()), 1000 * DAILY_BUDGET_SAT)
            print(f"{move['amount_msat'] // 1000} sat came back to a channel that held {drained} sat, for "
                  f"{move['fee_msat']} msat of at most {move['max_fee_msat']}", flush=True)


def run_of(net):
    return net.nodes[0].request("GET", "/channels").json()["rebalance"]


def local_sat(lightning, channel):
    return next(int(c["local_balance"]) for c in lightning.channels(0) if c["chan_id"] == channel)


def own_payments(lightning):
    """{hash: (msat, fee)} of what lnd 0 paid to itself."""
    own = lightning.nodes[0]["pubkey"]
    made = lightning.call(0, "/v1/payments?max_payments=10000").get("payments", [])
    return {p["payment_hash"]: (int(p["value_msat"]), int(p["fee_msat"])) for p in made
            if p["htlcs"] and p["htlcs"][-1]["route"]["hops"][-1]["pub_key"] == own}


if __name__ == "__main__":
    unittest.main(verbosity=2)
