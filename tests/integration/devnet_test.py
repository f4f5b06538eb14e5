#!/usr/bin/env python3
"""`mycostrd devnet` heeds the environment as `run` does."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import BINARY, Devnet, Process, inherited_env  # noqa: E402

# The addresses and locations of its nodes are devnet's own.
SETTINGS = {"MYCOSTR_HOLDER_CAPACITY": "3GB", "MYCOSTR_LOG_LEVEL": "debug", "MYCOSTR_HOLDER_LOCATION": "NZ",
            "MYCOSTR_API_ADDRESS": "127.0.0.1:1", "MYCOSTR_PEER_ADDRESS": "127.0.0.1:1"}


class SetDevnet(Devnet):
    def _up(self):
        super()._up()
        self.processes[0].stop()
        self.processes[0] = Process(self.processes[0].arguments, self.directory / "set.log", SETTINGS)
        for node in self.nodes:
            while not node.healthy():
                assert self.processes[0].running(), self.processes[0].tail()


class Environment(unittest.TestCase):
    def test_settings_come_from_it(self):
        with SetDevnet(3) as net:
            for node in net.nodes:
                self.assertEqual(node.status()["storage"]["capacity"], 3_000_000_000)
            self.assertIn(" debug ", net.processes[0].tail(1 << 20))
            places = {n["location"] for n in net.nodes[0].status("?detailed=true")["nodes"]}
            self.assertEqual(places & {"NZ"}, set())

    def test_what_names_no_setting_is_refused(self):
        for name, value in (("MYCOSTR_HOLDER_NONSENSE", "1"), ("MYCOSTR_HOLDER_CAPACITY", "much")):
            done = subprocess.run([BINARY, "devnet"], capture_output=True, text=True, timeout=60,
                                  env={**inherited_env(), name: value})
            self.assertEqual(done.returncode, 2, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
