"""Send check-ins as people would: each at its own moment, whether or not the server keeps up.

Arrivals are open-loop (a Poisson process from a fixed seed), and a latency is counted from the
moment at which the check-in was due, so that a stalled server cannot hide behind a stalled
generator.
"""

import asyncio
import random
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

LONGEST_REST = 5.0  # seconds
TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Sending:
    """One check-in to send: when, by whom, for which day, under which id."""

    due: float
    session: str
    csrf: str
    day: str
    entry: str


@dataclass(slots=True)
class Outcome:
    """What became of the sendings."""

    latencies: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    unanswered: list[Sending] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    most_at_once: int = 0


def plan(
    held: list[dict[str, str]],
    days: list[str],
    *,
    rate: float,
    seconds: float,
    seed: int,
    first: int = 0,
) -> list[Sending]:
    """Draw the arrivals; everybody checks in once before anybody does for a second day."""
    chance = random.Random(seed)
    due, made = 0.0, []
    while (due := due + chance.expovariate(rate)) < seconds:
        turn = first + len(made)
        who = held[turn % len(held)]
        made.append(
            Sending(
                due=due,
                session=who["session"],
                csrf=who["csrf"],
                day=days[turn // len(held)],
                entry=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            )
        )
    return made


def as_request(sending: Sending, port: int) -> bytes:
    """The POST that a browser without script sends."""
    number = uuid.UUID(sending.entry).int
    form = {
        "csrfmiddlewaretoken": sending.csrf,
        "id": sending.entry,
        "day": sending.day,
        "outcome-pain": str(number % 11),
        "outcome-sleep": str(number // 11 % 11),
        "outcome-tiredness": str(number // 121 % 11),
        "dose_mg": "4.5",
        "note": "",
    }
    body = urlencode(form).encode()
    head = (
        f"POST /today/ HTTP/1.1\r\nHost: localhost:{port}\r\n"
        f"Cookie: session={sending.session}; csrftoken={sending.csrf}\r\n"
        f"Origin: http://localhost:{port}\r\nAccept-Language: en\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Pool:
    """Connections that stay open; a new one is made when all are busy."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter, float]] = []
        self.busy = 0
        self.most = 0

    async def ask(self, request: bytes) -> tuple[int, str]:
        """Send a request; return status and Location."""
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            reader, writer = await self._connection()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            fields = {}
            for line in head.split("\r\n")[1:]:
                name, _colon, value = line.partition(":")
                fields[name.lower()] = value.strip()
            if fields.get("transfer-encoding") == "chunked":
                await reader.readuntil(b"0\r\n\r\n")
            else:
                await reader.readexactly(int(fields.get("content-length", "0")))
            self.idle.append((reader, writer, time.perf_counter()))
            return int(head.split(" ", 2)[1]), fields.get("location", "")
        finally:
            self.busy -= 1

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        # A server ends connections that rest; a browser opens another one, and so does this.
        while self.idle:
            reader, writer, since = self.idle.pop()
            if time.perf_counter() - since < LONGEST_REST:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)


async def _send_all(sendings: list[Sending], port: int, outcome: Outcome) -> None:
    pool = Pool(port)
    begin = time.perf_counter()

    async def send(sending: Sending) -> None:
        try:
            asked = pool.ask(as_request(sending, port))
            status, location = await asyncio.wait_for(asked, TIMEOUT)
        except (OSError, EOFError, TimeoutError):
            outcome.unanswered.append(sending)
            return
        if status in (302, 303) and "/today/receipt/" in location:
            outcome.latencies.append(time.perf_counter() - begin - sending.due)
            outcome.acknowledged.append(sending.entry)
        else:
            outcome.refused.append(f"{status} {location}")

    tasks = []
    for sending in sendings:
        wait = sending.due - (time.perf_counter() - begin)
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(send(sending)))
    await asyncio.gather(*tasks)
    outcome.most_at_once = pool.most
    for _reader, writer, _since in pool.idle:
        writer.close()


def send_all(sendings: list[Sending], port: int) -> Outcome:
    """Send every check-in at its moment."""
    outcome = Outcome()
    asyncio.run(_send_all(sendings, port, outcome))
    return outcome


def quantile(values: list[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
