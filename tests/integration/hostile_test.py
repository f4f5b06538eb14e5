#!/usr/bin/env python3
"""Clients and peers that mean no good: each is refused, and the daemon goes on as if nothing had been.

SEED repeats a run's random bytes.
"""

import contextlib
import os
import pathlib
import random
import secrets
import socket
import ssl
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from mycostr import HOST, MIB, Cluster, read_to_end, wait_for  # noqa: E402

SEED = int(os.environ.get("SEED", random.SystemRandom().getrandbits(32)))
LIMITS = {"MYCOSTR_API_STALL_TIMEOUT": "500ms", "MYCOSTR_API_MAX_CONNECTIONS": "64", "MYCOSTR_API_MAX_TRANSFERS": "16"}
FORM = "Content-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'


def status_of(answer):
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else None


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"SEED={SEED}", flush=True)
        cls.net = Cluster(4, env=LIMITS)
        cls.api, cls.daemon = cls.net.nodes[0], cls.net.processes[0]
        cls.data = secrets.token_bytes(3 * MIB + 1)
        cls.file_id = cls.api.stored(cls.data)["file"]["id"]

    @classmethod
    def tearDownClass(cls):
        ended = cls.net.stop()
        cls.net.__exit__(AssertionError if any(ended) else None)
        assert ended == [0, 0, 0, 0], f"exit statuses {ended}"

    def setUp(self):
        self.rng = random.Random(f"{SEED}/{self.id()}")
        self.files = self.daemon.open_files()

    def tearDown(self):
        """As before, and as good as new. Connections between nodes are pooled, so a few more files may be open."""
        self.assertTrue(self.daemon.running(), self.daemon.tail())
        wait_for(lambda: self.daemon.open_files() <= self.files + 32, "file descriptors to come back")
        self.assertTrue(self.api.retrieve(self.file_id).body == self.data, "the file afterwards")
        self.net.settle()

    def refused(self, request, status, **how):
        answer = self.api.raw(request, **how)
        self.assertEqual(status_of(answer), status, f"{request[-80:]!r}: {answer[:400]!r}")
        self.assertIn(b"application/problem+json", answer)
        return answer

    def test_slow_headers_are_given_up(self):
        with contextlib.ExitStack() as stack:
            socks = [stack.enter_context(socket.create_connection((HOST, self.api.port), timeout=60)) for _ in range(20)]
            for sock in socks:
                sock.sendall(b"GET /node/status HTTP/1.1\r\n")
            for letter in b"X-Slow: " + b"a" * 400:  # a byte now and then is no progress
                alive = [s for s in socks if s.fileno() >= 0]
                if not alive:
                    break
                for sock in alive:
                    with contextlib.suppress(OSError):
                        sock.sendall(bytes([letter]))
                    with contextlib.suppress(BlockingIOError, ConnectionError):
                        if sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) is not None:
                            self.assertEqual(status_of(read_to_end(sock)), 408)
                            sock.close()
                time.sleep(0.05)
            self.assertEqual([s for s in socks if s.fileno() >= 0], [], "still open")

    def test_a_body_that_stalls_is_given_up(self):
        for head in (f"Content-Length: {8 * MIB}\r\n", "Transfer-Encoding: chunked\r\n"):
            begun = b"1000\r\n" + bytes(2000) if "chunked" in head else bytes(3 * MIB)
            self.refused(self.api.head("POST", "/store", head + "Content-Type: a/b\r\n") + b"\r\n" + begun, 408)
        json = "Content-Type: application/json\r\nContent-Length: 20\r\n"
        self.refused(self.api.head("POST", "/node/register", json) + b'\r\n{"cap', 408)

    def test_a_client_that_does_not_read_is_cut_off(self):
        big = self.api.stored(secrets.token_bytes(64 * MIB))["file"]["id"]
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.settimeout(60)
            sock.connect((HOST, self.api.port))
            sock.sendall(self.api.head("GET", f"/retrieve/{big}") + b"\r\n")
            before = self.daemon.open_files()
            wait_for(lambda: self.daemon.open_files() < before, "the daemon to hang up")
            self.assertLess(len(read_to_end(sock)), 64 * MIB)
        self.assertEqual(self.api.delete(big).status, 204)

    def test_what_is_too_large_is_refused(self):
        self.refused(self.api.head("GET", "/node/status", "X-Long: " + "a" * 20_000 + "\r\n") + b"\r\n", 431)
        self.refused(self.api.head("GET", "/node/status", "X: y\r\n" * 5000) + b"\r\n", 431)
        self.refused(b"GET /" + b"a" * 30_000 + b" HTTP/1.1\r\n\r\n", 431)
        json = "Content-Type: application/json\r\nConnection: close\r\n"
        self.refused(self.api.head("POST", "/node/register", f"{json}Content-Length: {1 << 60}\r\n") + b"\r\n", 413)
        piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        self.refused(self.api.head("POST", "/node/register", f"{json}Transfer-Encoding: chunked\r\n") + b"\r\n" + 32 * piece, 413)
        options = PART.replace(b'name="file"; filename="x"', b'name="options"') + b" " * (2 * MIB) + b"\r\n--b--\r\n"
        self.refused(self.api.head("POST", "/store", f"{FORM}Connection: close\r\nContent-Length: {len(options)}\r\n")
                     + b"\r\n" + options, 413)

    def test_framing_tricks_are_refused(self):
        store = self.api.head("POST", "/store", "Connection: close\r\nContent-Type: a/b\r\n")
        for lines in ("Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 6\r\n", "Content-Length: +5\r\n",
                      "Content-Length: 0x5\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length: -1\r\n",
                      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nBad Name: x\r\n",
                      "Host: other\r\nContent-Length: 5\r\n"):
            self.refused(store + lines.encode() + b"\r\nhello", 400, half_close=True)
        for chunks in (b"zz\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"5\r\nhelloXX\r\n"):
            self.refused(store + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, 400, half_close=True)

    def test_multipart_that_is_cut_anywhere_is_refused(self):
        whole = PART + b"hello\r\n--b--\r\n"
        for length in range(len(whole) - 4):  # the last bytes are the end of the last boundary
            head = self.api.head("POST", "/store", f"{FORM}Connection: close\r\nContent-Length: {length}\r\n")
            self.refused(head + b"\r\n" + whole[:length], 400)
        head = self.api.head("POST", "/store", f"{FORM}Connection: close\r\nContent-Length: {len(whole)}\r\n")
        self.assertEqual(status_of(self.api.raw(head + b"\r\n" + whole)), 201)

    def test_too_many_connections_are_told_to_come_again(self):
        with contextlib.ExitStack() as stack:
            wait_for(lambda: self.try_fill(stack), "an answer 503")

    def try_fill(self, stack):
        """Idle connections end after the stall timeout, so filling up is a race with that."""
        socks = [stack.enter_context(socket.create_connection((HOST, self.api.port), timeout=60)) for _ in range(80)]
        time.sleep(0.1)
        for sock in reversed(socks):
            with contextlib.suppress(BlockingIOError):
                answer = sock.recv(4096, socket.MSG_DONTWAIT)
                if status_of(answer) == 503:
                    self.assertIn(b"\r\nRetry-After: ", answer)
                    return True
        return False

    def test_too_many_transfers_are_told_to_come_again(self):
        ended = threading.Event()

        def trickle(sock):  # slow, yet never stalled
            with contextlib.suppress(OSError):
                while not ended.wait(0.1):
                    sock.sendall(b"x")
        with contextlib.ExitStack() as stack:
            for _ in range(16):
                sock = stack.enter_context(socket.create_connection((HOST, self.api.port), timeout=60))
                sock.sendall(self.api.head("POST", "/store", "Content-Type: a/b\r\nContent-Length: 1000000\r\n") + b"\r\n")
                threading.Thread(target=trickle, args=(sock,)).start()
            stack.callback(ended.set)
            answer = wait_for(lambda: self.full(self.api.store(b"x")), "503 for one store more")
            self.assertIn("retry-after", answer.headers)
            self.assertEqual(self.api.retrieve(self.file_id).status, 503)
            self.api.status()  # what is no transfer goes on
        wait_for(lambda: self.api.store(b"x").status == 201, "stores to be taken again")

    @staticmethod
    def full(answer):
        return answer if answer.status == 503 else None

    def test_many_uploads_at_once_share_the_memory(self):
        """More pieces are wanted at once than the budget holds: nobody may wait for ever."""
        data = secrets.token_bytes(4 * MIB)
        with Cluster(4, env={"MYCOSTR_LIMITS_MEMORY": "32MiB"}) as net:
            results = []
            threads = [threading.Thread(target=lambda: results.append(net.nodes[0].store(data, timeout=300).status))
                       for _ in range(40)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(results, [201] * 40)

    def test_random_bytes_on_the_api_port(self):
        heads = [self.api.head("POST", "/store", FORM), self.api.head("GET", f"/retrieve/{self.file_id}"), b"", b"GET / HTTP/1.1\r\n"]
        for _ in range(300):
            request = bytearray(self.rng.choice(heads) + b"\r\n" + self.rng.randbytes(self.rng.randrange(200)))
            for _ in range(self.rng.randrange(8)):
                request[self.rng.randrange(len(request))] = self.rng.randrange(256)
            self.api.raw(bytes(request), half_close=True)

    def test_random_bytes_on_the_peer_port(self):
        hello = b"\x16\x03\x01"  # how a TLS handshake begins
        for _ in range(300):
            with socket.create_connection((HOST, self.net.peer_ports[0]), timeout=60) as sock, contextlib.suppress(ConnectionError):
                sock.sendall(self.rng.choice((hello, b"", b"GET /peer/1/hello HTTP/1.1\r\n\r\n"))
                             + self.rng.randbytes(self.rng.randrange(2000)))
                sock.shutdown(socket.SHUT_WR)
                read_to_end(sock)

    def test_tls_without_an_identity_is_refused_by_the_peer_port(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((HOST, self.net.peer_ports[0]), timeout=60) as sock:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                with context.wrap_socket(sock) as tls:
                    tls.sendall(b"POST /peer/1/hello HTTP/1.1\r\nHost: x\r\nMycostr-Message-Length: 0\r\nContent-Length: 0\r\n\r\n")
                    if not tls.recv(100):
                        raise ConnectionError("closed")

    def test_silent_peers_do_not_keep_others_out(self):
        with contextlib.ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(socket.create_connection((HOST, self.net.peer_ports[1]), timeout=60))
            self.api.stored(secrets.token_bytes(MIB))


if __name__ == "__main__":
    unittest.main(verbosity=2)
