"""The processes of one real Lightning network: started, found again and ended by their pid and start time.

The folder's pids.json lists them. Standard library only, as all scripts here.
"""
import http.client
import json
import os
import signal
import ssl
import subprocess
import tempfile
import threading
import time

DEFAULT_DIR = os.path.join(tempfile.gettempdir(), "mycostr-lightning")


def born(pid):
    """A process's start time, in the kernel's ticks; None where it has ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return fields[19] if fields[0] != "Z" else None


class Processes:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.path = os.path.join(self.folder, "pids.json")
        self.lock = threading.Lock()
        self.list = []
        if os.path.exists(self.path):
            with open(self.path) as file:
                self.list = json.load(file)

    def named(self, name):
        return next(entry for entry in self.list if entry["name"] == name)

    def is_alive(self, entry):
        return born(entry["pid"]) == entry["start"]

    def start(self, name, argv):
        """Starts argv in the folder's subfolder of that name, or again where it is listed already."""
        with self.lock:
            home = os.path.join(self.folder, name)
            os.makedirs(home, exist_ok=True)
            with open(os.path.join(home, "stdout.log"), "ab") as log:
                # btcd and lnd look into their home, which is to be this folder.
                process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home,
                                           env={"HOME": self.folder, "PATH": "/usr/bin:/bin"},
                                           start_new_session=True)
            entry = {"name": name, "pid": process.pid, "start": born(process.pid), "argv": argv}
            self.list = [other for other in self.list if other["name"] != name] + [entry]
            self.save()
            return entry

    def save(self):
        with open(self.path + ".tmp", "w") as file:
            json.dump(self.list, file)
        os.replace(self.path + ".tmp", self.path)

    def end(self, entries, grace):
        """SIGTERM, and SIGKILL after `grace` seconds. Returns when all have ended."""
        for entry in filter(self.is_alive, entries):
            os.kill(entry["pid"], signal.SIGTERM)
        deadline = time.time() + grace
        while any(map(self.is_alive, entries)) and time.time() < deadline:
            time.sleep(0.02)
        for entry in filter(self.is_alive, entries):
            os.kill(entry["pid"], signal.SIGKILL)
        while any(map(self.is_alive, entries)):
            time.sleep(0.02)

    def wait(self, what, holds, timeout=60):
        """The first true answer of holds(), tried until then; its errors count as no."""
        deadline = time.time() + timeout
        error = None
        while time.time() < deadline:
            try:
                answer = holds()
                if answer:
                    return answer
            except (OSError, http.client.HTTPException, RuntimeError, KeyError) as caught:
                error = caught
            for entry in self.list:
                if not self.is_alive(entry):
                    raise SystemExit(f"{entry['name']} ended while waiting for {what}: see {self.folder}")
            time.sleep(0.02)
        raise SystemExit(f"timeout while waiting for {what}: {error}")


class Https:
    """One kept connection to a server on 127.0.0.1 with a certificate of its own."""

    def __init__(self, port, certificate):
        self.port, self.certificate, self.connection = port, certificate, None

    def call(self, method, path, body, headers):
        if self.connection is None:
            context = ssl.create_default_context(cafile=self.certificate)
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=60)
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            return response.status, response.read()
        except (http.client.HTTPException, OSError):
            self.connection = None
            raise
