"""A headless Chromium, driven through its pipe (Chrome DevTools Protocol), with Python's library alone."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    """A browser that has been started; `close` ends it."""

    def __init__(self):
        program = shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            raise SystemExit("check_report: no chromium on the PATH; scripts/setup.sh --test installs it")
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (to_browser, from_browser)]
        self._home = tempfile.mkdtemp(prefix="check-report-")

        def place():
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self._process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--force-device-scale-factor=1",
             f"--user-data-dir={self._home}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=place, pass_fds=(3, 4), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in (to_browser, from_browser, *ends):
            os.close(end)
        self._rest = b""
        self._count = 0
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        """Ends the browser and removes what it wrote."""
        try:
            self.call("Browser.close")
            self._process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self._process.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _message(self, seconds):
        """The next message of the browser; None if there is none in time."""
        end = time.monotonic() + seconds
        while b"\0" not in self._rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                return None
            piece = os.read(self._read, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self._rest += piece
        text, self._rest = self._rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, seconds=30, **arguments):
        """Calls a method and waits for its result; events that come in between are kept."""
        self._count += 1
        request = {"id": self._count, "method": method, "params": arguments}
        if hasattr(self, "_session") and not method.startswith(("Target.", "Browser.")):
            request["sessionId"] = self._session
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data):]
        while True:
            message = self._message(seconds)
            if message is None:
                raise RuntimeError(f"{method}: no answer in {seconds} s")
            if message.get("id") == self._count:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def wait_for(self, name, seconds=30):
        """Waits for an event."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(event["method"] == name for event in self.events):
                return
            message = self._message(end - time.monotonic())
            if message and "method" in message:
                self.events.append(message)
        raise RuntimeError(f"{name}: not in {seconds} s")

    def open(self, path, width=1600, theme="light", medium=""):
        """Opens a file in a window of that width, and waits until it is shown."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=medium,
                  features=[{"name": "prefers-color-scheme", "value": theme}])
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression):
        """The value of an expression of the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:2000])
        return result["result"].get("value")

    def complaints(self):
        """What the page or the browser said on the console, and what was asked of any network."""
        found = []
        for event in self.events:
            method, data = event["method"], event["params"]
            if method == "Log.entryAdded":
                found.append(data["entry"]["text"])
            elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                found.append(json.dumps(data)[:500])
            elif method == "Network.requestWillBeSent":
                address = data["request"]["url"]
                if not address.startswith(("file:", "data:")):
                    found.append("asked for " + address)
            elif method == "Page.javascriptDialogOpening":
                found.append("a dialog: " + data["message"])
        return found

    def screenshot(self, path, limit=16000):
        """Writes a picture of the whole page, or of its first `limit` pixels."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        data = self.call(
            "Page.captureScreenshot", seconds=60, captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size["width"], "height": min(limit, size["height"]),
                  "scale": 1})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
