#!/usr/bin/env python3
"""GET /events: a quiet stream outlives the stall timeout, tells of what happens, and is taken up again."""

import contextlib
import http.client
import json
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import Cluster, wait_for  # noqa: E402


class Reader:
    """Reads the events of a node in a thread, until closed."""

    def __init__(self, api, last_id=None):
        self.events, self.comments, self.ended = [], 0, False
        self.connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=120)
        headers = {"Authorization": f"Bearer {api.token}"}
        if last_id is not None:
            headers["Last-Event-ID"] = str(last_id)
        self.connection.request("GET", "/events", headers=headers)
        self.answer = self.connection.getresponse()
        self.sock = self.connection.sock
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        event = {}
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while line := self.answer.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if line.startswith(b":"):
                    self.comments += 1
                elif name == "data":
                    event["data"] = json.loads(value)
                elif name:
                    event[name] = value
                elif event:
                    self.events.append({**event, "id": int(event["id"])})
                    event = {}
        self.ended = True

    def find(self, kind, **fields):
        return next((e for e in self.events if e["event"] == kind and fields.items() <= e["data"].items()), None)

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(2)
        self.thread.join(10)
        self.connection.close()


class Events(unittest.TestCase):
    def test_a_stream_is_quiet_for_longer_than_a_stall_and_tells_what_happens(self):
        settings = {"MYCOSTR_API_STALL_TIMEOUT": "1s", "MYCOSTR_AUDIT_PERIOD": "3s"}
        with Cluster(env=settings) as net:
            owner = net.nodes[0]
            reader = Reader(owner, last_id=0)
            self.assertEqual(reader.answer.status, 200)
            self.assertEqual(reader.answer.getheader("Content-Type"), "text/event-stream")
            wait_for(lambda: reader.find("problem", code="short_periods"), "the problem that is there from the start")
            wait_for(lambda: reader.comments > 0 or reader.find("verdict"), "a heartbeat, or an audit")
            owner.stored(b"x" * 100_000)
            verdict = wait_for(lambda: reader.find("verdict", outcome="passed"), "an audit that passed")
            audits = owner.request("GET", "/audits").json()["audits"]
            self.assertIn(verdict["data"]["audit"], [audit["id"] for audit in audits])
            self.assertFalse(reader.ended, "the stall timeout is no limit for a stream")
            ids = [event["id"] for event in reader.events]
            self.assertEqual(ids, sorted(set(ids)))

            again = Reader(owner, last_id=verdict["id"])
            wait_for(lambda: again.events, "what came after")
            self.assertGreater(again.events[0]["id"], verdict["id"])
            again.close()
            newest = reader.events[-1]["id"]
            reader.close()

            net.processes[0].stop()
            net.restart(0)
            after = Reader(net.nodes[0], last_id=newest)
            wait_for(lambda: after.events, "events after the restart")
            self.assertGreater(after.events[0]["id"], newest, "ids grow over restarts")
            after.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
