"""Start mycostrd processes and talk to them: what the integration tests and the benchmark stand on.

Python's standard library only. Nothing asserts on wall time: wait_for() has generous limits, for machines that are busy.
"""

import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

MIB = 1 << 20
HOST = "127.0.0.1"
ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MYCOSTRD", str(ROOT / "build/release/bin/mycostrd"))
LOCATIONS = ["DE", "US-CA", "JP", "BR", "ZA", "AU", "FR", "IN", "CA", "SG"]


def inherited_env():
    """The environment without what it says to tests: to the daemon MYCOSTR_* are settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MYCOSTR_")}


def wait_for(condition, what, seconds=90):
    """The first true value of `condition`; refused and cut connections count as false."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if value := condition():
                return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def free_ports(count):
    """Ports in a row that are free for TCP and UDP now, below those that outgoing connections get."""
    for _ in range(200):
        first = 20000 + secrets.randbelow(12000)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    stack.enter_context(socket.socket(socket.AF_INET, kind)).bind((HOST, port))
            return list(range(first, first + count))
    raise RuntimeError("no free ports")


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """A problem's stable word."""
        return self.json()["code"]

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Api:
    """One node's REST API; a new connection for every call."""

    def __init__(self, port, token):
        self.port, self.token = port, token

    @contextlib.contextmanager
    def exchange(self, method, path, body=None, headers=None, timeout=120):
        """The answer of http.client, body not read yet."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers={"Authorization": f"Bearer {self.token}", **(headers or {})})
            yield connection.getresponse()
        finally:
            connection.close()

    def request(self, method, path, body=None, headers=None, timeout=120):
        with self.exchange(method, path, body, headers, timeout) as answer:
            return Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def store(self, data, headers=None, size=None, timeout=600, **options):
        """`data`: bytes, or with `size` an iterable of pieces."""
        query = "?" + urllib.parse.urlencode(options) if options else ""
        headers = {"Content-Type": "application/octet-stream", **(headers or {})}
        if size is not None:
            headers["Content-Length"] = str(size)
        return self.request("POST", "/store" + query, data, headers, timeout)

    def stored(self, data, **options):
        """The document of a file that could be stored."""
        answer = self.store(data, **options)
        assert answer.status == 201, f"store: {answer!r}"
        return answer.json()

    def retrieve(self, file_id, query="", headers=None, timeout=600):
        return self.request("GET", f"/retrieve/{file_id}{query}", headers=headers, timeout=timeout)

    def digest_of(self, file_id, timeout=600):
        """SHA-256 and size of what comes back, without keeping it."""
        digest, size = hashlib.sha256(), 0
        with self.exchange("GET", f"/retrieve/{file_id}", timeout=timeout) as answer:
            assert answer.status == 200, f"retrieve: {answer.status} {answer.read(500)}"
            while block := answer.read(MIB):
                digest.update(block)
                size += len(block)
        return digest.hexdigest(), size

    def delete(self, file_id):
        return self.request("DELETE", f"/files/{file_id}")

    def status(self, query=""):
        answer = self.request("GET", "/node/status" + query, timeout=10)
        assert answer.status == 200, f"status: {answer!r}"
        return answer.json()

    def files(self):
        """All of them, over the pages."""
        out, cursor = [], ""
        while True:
            page = self.request("GET", f"/files?limit=1000{cursor}").json()
            out += page["files"]
            if page["next_cursor"] is None:
                return out
            cursor = "&cursor=" + urllib.parse.quote(page["next_cursor"], safe="")

    def healthy(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.request("GET", "/healthz", timeout=5).status == 200
        return False

    def head(self, method, path, extra=""):
        """A request's head without its empty line."""
        return (f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
                f"Authorization: Bearer {self.token}\r\n{extra}").encode()

    def raw(self, data, timeout=60, half_close=False):
        """Sends bytes as they are; all that comes back until the daemon closes. Raises TimeoutError where it does not."""
        with socket.create_connection((HOST, self.port), timeout=timeout) as sock:
            with contextlib.suppress(ConnectionError):
                sock.sendall(data)
                if half_close:
                    sock.shutdown(socket.SHUT_WR)
            return read_to_end(sock)


def read_to_end(sock):
    got = b""
    with contextlib.suppress(ConnectionError):
        while block := sock.recv(65536):
            got += block
    return got


class Process:
    """A daemon with its log in a file; ended by its own pid."""

    def __init__(self, arguments, log, env=None):
        self.arguments, self.log = [str(a) for a in arguments], pathlib.Path(log)
        self.env = {**inherited_env(), **(env or {})}
        self.start()

    def start(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(self.arguments, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=self.env)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process.poll() is None

    def kill(self):
        """kill -9"""
        self.process.kill()
        self.process.wait()

    def stop(self, by=signal.SIGTERM):
        """Exit status of an orderly end, -9 where there was none in time."""
        if self.running():
            self.process.send_signal(by)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def tail(self, size=3000):
        return self.log.read_text(errors="replace")[-size:]

    def _status(self, word):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(word + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {word}")

    def peak_rss_mib(self):
        return self._status("VmHWM") / 1024

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class Network:
    """Nodes, their processes and their folder, which goes at the end unless something was raised."""

    def __init__(self, prefix):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
        self.processes, self.nodes = [], []
        try:
            self._up()
            wait_for(self.all_known, "all nodes to know all")
        except BaseException as error:
            self.__exit__(type(error))
            raise

    def all_known(self):
        return all(n.status()["peers"]["known"] >= len(self.nodes) - 1 for n in self.nodes)

    def stop(self):
        return [process.stop() for process in self.processes]

    def shards(self):
        return sum(n.status()["storage"]["shards"] for n in self.nodes)

    def settle(self):
        """Waits until the holders keep what the files that exist need, and nothing else."""
        def settled():
            needed = sum(f["chunk_count"] * f["redundancy"] for n in self.nodes for f in n.files())
            return self.shards() == needed
        wait_for(settled, "holders to keep just what files need", 120)

    def __enter__(self):
        return self

    def __exit__(self, raised, *_):
        self.stop()
        if raised:
            print(f"kept for a look: {self.directory}", flush=True)
            for process in self.processes:
                print(f"--- end of {process.log}\n{process.tail()}", flush=True)
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


class Cluster(Network):
    """Separate `mycostrd run` processes on loopback, joined by node 0; every node is owner and holder."""

    def __init__(self, nodes=4, capacity="20GB", env=None, binary=BINARY, bootstrap=None):
        self.binary, self.capacity = binary, capacity
        self.env = {"MYCOSTR_HOLDER_MIN_CAPACITY": "0", "MYCOSTR_PLACEMENT_DISTINCT_SUBNETS": "false", **(env or {})}
        ports = free_ports(2 * nodes)
        self.api_ports, self.peer_ports = ports[:nodes], ports[nodes:]
        self.bootstrap = bootstrap or {i: [0] for i in range(1, nodes)}  # node -> nodes it joins by
        super().__init__("mycostr-cluster-")

    def data_dir(self, i):
        return self.directory / f"node{i}"

    def env_of(self, i):
        """Settings of one node."""
        return self.env

    def _up(self):
        for i, port in enumerate(self.api_ports):
            command = ["init", "--data-dir", self.data_dir(i), "--api", f"{HOST}:{port}", "--peer",
                       f"{HOST}:{self.peer_ports[i]}", "--capacity", self.capacity, "--location", LOCATIONS[i % len(LOCATIONS)]]
            for other in self.bootstrap.get(i, []):
                command += ["--bootstrap", f"{HOST}:{self.peer_ports[other]}"]
            done = self.command(*command)
            assert done.returncode == 0, f"init: {done.stdout}{done.stderr}"
            log = self.directory / f"node{i}.log"
            self.processes.append(Process([self.binary, "run", "--data-dir", self.data_dir(i)], log, self.env_of(i)))
            self.nodes.append(Api(port, (self.data_dir(i) / "api.token").read_text().strip()))
        for i in range(len(self.nodes)):
            self.wait_ready(i)
        self.ids = [n.status()["node_id"] for n in self.nodes]

    def command(self, *arguments):
        return subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                              env={**inherited_env(), **self.env})

    def wait_ready(self, i):
        def ready():
            assert self.processes[i].running(), f"node {i} ended: {self.processes[i].tail()}"
            return self.nodes[i].healthy()
        wait_for(ready, f"node {i} to answer")

    def kill(self, i):
        self.processes[i].kill()

    def restart(self, i):
        self.processes[i].start()
        self.wait_ready(i)

    def check(self, i, *options):
        """`mycostrd check` of a stopped node finds nothing."""
        done = self.command("check", "--data-dir", self.data_dir(i), *options)
        assert done.returncode == 0, f"check of node {i}: {done.returncode} {done.stdout}{done.stderr}"
        return done.stdout


class Devnet(Network):
    """`mycostrd devnet`: a whole network in one process."""

    def __init__(self, nodes=4, binary=BINARY):
        self.binary, self.count = binary, nodes
        super().__init__("mycostr-devnet-")

    def _up(self):
        ports = free_ports(self.count)
        self.processes.append(Process([self.binary, "devnet", "--nodes", self.count, "--data-dir", self.directory / "net",
                                       "--api-port", ports[0]], self.directory / "log"))
        for i, port in enumerate(ports):
            token = self.directory / "net" / f"node{i}" / "api.token"
            wait_for(lambda: token.exists() and Api(port, "").healthy(), f"node {i} of devnet")
            self.nodes.append(Api(port, token.read_text().strip()))
