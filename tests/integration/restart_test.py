#!/usr/bin/env python3
"""Ends and starts: deletes outlive crashes, a network needs no bootstrap node once it stands, stores keep their folder."""

import http.client
import pathlib
import secrets
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import MIB, Cluster, wait_for  # noqa: E402


class Restarts(unittest.TestCase):
    def test_a_delete_outlives_crashes_of_both_sides(self):
        with Cluster() as net:
            owner = net.nodes[0]
            gone = [owner.stored(secrets.token_bytes(3 * MIB))["file"]["id"] for _ in range(4)]
            kept = secrets.token_bytes(3 * MIB)
            kept_id = owner.stored(kept)["file"]["id"]
            net.kill(3)  # holds a shard of every chunk, and does not hear of the deletes
            for file_id in gone:
                self.assertEqual(owner.delete(file_id).status, 204)
            net.kill(0)
            net.restart(0)
            for file_id in gone:
                self.assertEqual(owner.retrieve(file_id).status, 404, "a deleted file after the crash")
            net.restart(3)
            net.settle()
            self.assertTrue(owner.retrieve(kept_id).body == kept)
            net.kill(3)
            net.restart(3)
            self.assertEqual(net.nodes[3].status()["storage"]["shards"], 3, "deleted shards after the holder's crash")

    def test_nodes_find_each_other_with_the_bootstrap_node_down(self):
        with Cluster(5) as net:
            data = secrets.token_bytes(MIB + 1)
            file_id = net.nodes[1].stored(data)["file"]["id"]
            net.stop()
            for i in (1, 2, 3, 4):
                net.restart(i)
            others = net.nodes[1:]
            wait_for(lambda: all(n.status()["healthy"] and n.status()["peers"]["known"] >= 3 for n in others), "the four others")
            self.assertTrue(net.nodes[1].retrieve(file_id).body == data)
            wait_for(lambda: net.nodes[1].store(b"new").status == 201, "three holders without the bootstrap node")

    def test_a_second_daemon_on_the_same_folder_is_refused(self):
        with Cluster() as net:
            for command in ("run", "check"):
                done = net.command(command, "--data-dir", net.data_dir(0))
                self.assertEqual(done.returncode, 1, f"{command}: {done.stdout}{done.stderr}")
                self.assertTrue(done.stderr.strip(), "no word of why")
            self.assertTrue(net.nodes[0].healthy())
            net.nodes[0].stored(b"x")

    def test_sigterm_ends_cleanly_in_the_midst_of_transfers(self):
        with Cluster() as net:
            data = secrets.token_bytes(64 * MIB)
            owner, file_id = net.nodes[0], net.nodes[0].stored(data)["file"]["id"]
            transfers = [threading.Thread(target=self.transfer_until_cut, args=(owner, file_id, data, i)) for i in range(6)]
            for thread in transfers:
                thread.start()
            time.sleep(0.5)
            self.assertEqual(net.processes[0].stop(), 0, "the owner's exit status")
            for thread in transfers:
                thread.join()
            self.assertEqual(net.processes[1].stop(), 0, "a holder's exit status")
            net.restart(0)
            net.restart(1)
            self.assertTrue(owner.retrieve(file_id).body == data)
            net.settle()
            self.assertEqual(net.stop(), [0, 0, 0, 0])
            for i in range(4):
                net.check(i, "--read-data")

    def transfer_until_cut(self, owner, file_id, data, number):
        """What arrives whole is right; a cut transfer never looks whole."""
        try:
            while True:
                if number % 2:
                    answer = owner.retrieve(file_id)
                    self.assertTrue(answer.status != 200 or answer.body == data, "wrong bytes")
                else:
                    owner.store(data)
        except (OSError, http.client.HTTPException):
            return

    def test_the_index_is_made_anew_from_the_packs(self):
        with Cluster() as net:
            owner = net.nodes[0]
            files = {owner.stored(d)["file"]["id"]: d for d in map(secrets.token_bytes, (1, 4096, MIB, 5 * MIB + 3))}
            gone = owner.stored(secrets.token_bytes(2 * MIB))["file"]["id"]
            owner.delete(gone)
            net.settle()
            before = net.nodes[1].status()["storage"]
            self.assertEqual(net.processes[1].stop(), 0)
            self.assertIn("made anew", net.check(1, "--rebuild-index"))
            net.check(1, "--read-data")
            net.restart(1)
            after = net.nodes[1].status()["storage"]
            self.assertEqual((after["used"], after["shards"]), (before["used"], before["shards"]))
            net.kill(2)
            net.kill(3)
            for file_id, data in files.items():
                wait_for(lambda: owner.retrieve(file_id).body == data, "a file from the rebuilt holder alone")

    def test_check_tells_a_damaged_shard_and_the_file_still_comes_back(self):
        with Cluster() as net:
            data = secrets.token_bytes(3 * MIB)
            file_id = net.nodes[0].stored(data)["file"]["id"]
            self.assertEqual(net.processes[1].stop(), 0)
            pack = max((net.data_dir(1) / "packs").iterdir())
            with open(pack, "r+b") as file:  # the middle of what three records take
                file.seek(MIB + MIB // 2)
                file.write(secrets.token_bytes(8192))
            done = net.command("check", "--data-dir", net.data_dir(1), "--read-data")
            self.assertEqual(done.returncode, 1, done.stdout)
            net.restart(1)
            net.kill(2)
            for _ in range(20):  # whichever holder is asked first
                self.assertTrue(net.nodes[0].retrieve(file_id).body == data, "a verified copy instead of the damaged one")

    def test_check_tells_a_damaged_catalog(self):
        with Cluster() as net:
            owner = net.nodes[0]
            for i in range(60):
                owner.stored(b"%d" % i)
            self.assertEqual(net.processes[0].stop(), 0)
            net.check(0)  # which writes the log's rows to tables
            table = max((net.data_dir(0) / "db").glob("*.sst"), key=lambda path: path.stat().st_size)
            whole = table.read_bytes()
            table.write_bytes(whole[:len(whole) // 2] + b"damage" + whole[len(whole) // 2 + 6:])
            done = net.command("check", "--data-dir", net.data_dir(0))
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("metadata: ", done.stdout)
            self.assertIn("catalog: ", done.stdout)
            table.write_bytes(whole)
            net.check(0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
