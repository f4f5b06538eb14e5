#!/usr/bin/env python3
"""The main job: a file is stored, a holder dies, the file comes back; and what follows from it."""

import pathlib
import secrets
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import MIB, Cluster, wait_for  # noqa: E402


class MainJob(unittest.TestCase):
    def test_a_file_outlives_a_killed_holder_and_a_restart(self):
        with Cluster() as net:
            owner, data = net.nodes[0], secrets.token_bytes(64 * MIB + 4321)
            document = owner.stored(data, name="big.bin")
            file_id = document["file"]["id"]
            self.assertEqual(len(document["chunks"]), 65)
            for chunk in document["chunks"]:
                self.assertEqual(set(chunk["locations"]), set(net.ids[1:]), "three copies, none of them at the owner")
            self.assertEqual([n.status()["storage"]["shards"] for n in net.nodes], [0, 65, 65, 65])

            net.kill(2)
            self.assertTrue(owner.retrieve(file_id).body == data, "the file after a holder was killed")
            health = wait_for(lambda: self.degraded(owner, file_id), "the dead holder to show")
            self.assertEqual((health["lost"], health["min_live"]), (0, 2))

            net.kill(0)
            net.restart(0)
            self.assertTrue(owner.retrieve(file_id).body == data, "the file after the owner was killed too")
            self.assertEqual([f["name"] for f in owner.files()], ["big.bin"])

            net.restart(2)
            wait_for(lambda: self.health(owner, file_id)["healthy"] == 65, "the holder to count again")
            self.assertEqual(owner.delete(file_id).status, 204)
            for answer in (owner.retrieve(file_id), owner.delete(file_id), owner.request("GET", f"/files/{file_id}")):
                self.assertEqual((answer.status, answer.code), (404, "file_not_found"))
            wait_for(lambda: net.shards() == 0, "holders to let go of the deleted file")
            self.assertEqual([n.status()["storage"]["used"] for n in net.nodes], [0, 0, 0, 0])
            self.assertEqual(net.stop(), [0, 0, 0, 0])
            for i in range(4):
                net.check(i, "--read-data")

    def health(self, owner, file_id):
        return owner.request("GET", f"/files/{file_id}").json()["health"]

    def degraded(self, owner, file_id):
        health = self.health(owner, file_id)
        return health if health["degraded"] == 65 else None

    def test_two_owners_of_the_same_bytes_do_not_meet(self):
        with Cluster() as net:
            data = secrets.token_bytes(2 * MIB)
            first, second = (n.stored(data)["file"]["id"] for n in net.nodes[:2])
            for method, path in (("GET", "/retrieve/"), ("DELETE", "/files/"), ("GET", "/files/")):
                self.assertEqual(net.nodes[1].request(method, path + first).status, 404)
            self.assertEqual(net.nodes[0].delete(first).status, 204)
            net.settle()
            self.assertTrue(net.nodes[1].retrieve(second).body == data)


if __name__ == "__main__":
    unittest.main(verbosity=2)
