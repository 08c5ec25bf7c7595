"""How soon the check-in's save button can be used on a slow phone, and how much is loaded.

    python -m benchmarks.checkin_page            five loads, figures as JSON on standard output
    python -m benchmarks.checkin_page --loads 9

A server as in production (granian, hashed and compressed files, SQLite) in a temporary folder; a
Chromium with 150 ms round trip, 1.6 Mb/s down, 0.75 Mb/s up and the processor slowed 4 times, with
nothing cached. The emulation delays every answer by the round trip; the set-up of the connection
itself is local and not delayed. "Usable" is the first frame in which a touch on the middle of the
save button would reach it, with the look applied; "script ready" is when the scripts have run too.
"""

import argparse
import datetime as dt
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ROUND_TRIP_MS = 150
DOWN_BITS, UP_BITS = 1_600_000, 750_000
SLOWED = 4
BAR_SECONDS, BAR_BYTES = 1.0, 100_000
WATCH = """(() => {
  const look = () => {
    const button = document.querySelector(".save-bar button");
    if (button && getComputedStyle(button.parentElement).position === "sticky") {
      const box = button.getBoundingClientRect();
      const under = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      if (under === button) { window.usableAt = performance.now(); return; }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(folder: str, port: int) -> str:
    """Make the database, the files and a person with three outcomes; return a session."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "lodose.server.settings",
        "LODOSE_DATA": folder,
        "LODOSE_ORIGIN": f"http://localhost:{port}",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)

    from django.conf import settings
    from django.test import Client

    from lodose.server.accounts.actions import open_account
    from lodose.server.records.clock import today_of
    from lodose.server.records.models import DoseStep, Outcome, Person

    user = open_account("measured", synthetic=True)
    person = Person.objects.get(user=user)
    for position, name in enumerate(("pain", "sleep", "fatigue"), 1):
        Outcome.objects.create(person=person, name=name, label=name.title(), position=position)
    DoseStep.objects.create(
        person=person,
        kind="start",
        from_day=today_of(person) - dt.timedelta(days=9),
        dose_micrograms=3000,
    )
    client = Client()
    client.force_login(user, backend="lodose.server.accounts.backends.Accounts")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def serve(port: int) -> subprocess.Popen[bytes]:
    """Start the server and wait until it answers."""
    program = Path(sys.executable).with_name("granian")
    started = subprocess.Popen(
        [program, "--interface", "wsgi", "--port", str(port), "lodose.server.wsgi:application"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _attempt in range(300):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/health/live", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return started
    started.terminate()
    raise RuntimeError("The server did not start within half a minute.")


def load(browser: Any, address: str, session: str) -> dict[str, Any]:
    """Load the page once in a fresh browser context; times in seconds, sizes in bytes."""
    context = browser.new_context(**PHONE)
    context.add_cookies([{"name": "session", "value": session, "url": address}])
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": DOWN_BITS / 8,
            "uploadThroughput": UP_BITS / 8,
        },
    )
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    wire: dict[str, float] = {}
    plain: dict[str, int] = {}
    names: dict[str, str] = {}
    tools.on(
        "Network.requestWillBeSent",
        lambda event: names.update({event["requestId"]: event["request"]["url"]}),
    )
    tools.on(
        "Network.loadingFinished",
        lambda event: wire.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.on("response", lambda response: plain.update({response.url: len(response.body())}))
    page.add_init_script(WATCH)
    page.goto(f"{address}/today/", wait_until="load")
    page.wait_for_function("() => window.usableAt")
    usable, ready = page.evaluate(
        "() => [window.usableAt, performance.getEntriesByType('navigation')[0]"
        ".domContentLoadedEventEnd]"
    )
    context.close()
    return {
        "usable_s": round(usable / 1000, 3),
        "script_ready_s": round(ready / 1000, 3),
        "requests": len(wire),
        "bytes_on_the_wire": int(sum(wire.values())),
        "bytes_unpacked": sum(plain.values()),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=5)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    port = free_port()
    with tempfile.TemporaryDirectory(prefix="lodose-page-") as folder:
        session = prepare(folder, port)
        server = serve(port)
        try:
            with sync_playwright() as playwright:
                chromium = os.environ.get("LODOSE_CHROMIUM", "/usr/bin/chromium")
                browser = playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"],
                )
                address = f"http://localhost:{port}"
                load(browser, address, session)  # the server's own first request is not counted
                loads = [load(browser, address, session) for _each in range(options.loads)]
                version = browser.version
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=20)
    usable = statistics.median(each["usable_s"] for each in loads)
    figures = {
        "conditions": {
            "round_trip_ms": ROUND_TRIP_MS,
            "down_bits_per_second": DOWN_BITS,
            "processor_slowed": SLOWED,
            "chromium": version,
        },
        "median_usable_s": usable,
        "median_script_ready_s": statistics.median(each["script_ready_s"] for each in loads),
        "bytes_on_the_wire": max(each["bytes_on_the_wire"] for each in loads),
        "bytes_unpacked": max(each["bytes_unpacked"] for each in loads),
        "within_bars": usable < BAR_SECONDS
        and max(each["bytes_unpacked"] for each in loads) < BAR_BYTES,
        "loads": loads,
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
