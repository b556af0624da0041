"""The loopback venue's streams and connection rules, spoken to by aiohttp: every stream, raw and combined, both time
units, message limits, pings, the announced shutdown, the lifetime cut, fault switches, the WebSocket API by HMAC.

Arguments: the venue's program, certificate, key, CA file. Starts venues of its own.
"""
import asyncio, hashlib, hmac, json, ssl, subprocess, sys, tempfile, time

import aiohttp

VENUE, CERT, KEY, CA = sys.argv[1:5]
TLS = ssl.create_default_context(cafile=CA)


class Venue:
    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [VENUE, "--cert", CERT, "--key", KEY, "--seed", "9", "--api-key", "k", "--hmac-secret", "s", "--balance",
             "USDT=100000", "--balance", "BTC=2", *flags], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def end(self):
        self.process.terminate()
        return self.process.wait(10)


async def messages(socket, count, seconds=20):
    found = []
    async with asyncio.timeout(seconds):
        while len(found) < count:
            message = await socket.receive()
            assert message.type == aiohttp.WSMsgType.TEXT, message
            found.append(json.loads(message.data))
    return found


async def until(socket, wanted):
    """The next message that is wanted; others, such as events, pass by."""
    for _ in range(200):
        message = (await messages(socket, 1))[0]
        if wanted(message):
            return message
    raise AssertionError("the awaited message never came")


async def raw_streams(session, base):
    async with session.ws_connect(f"{base}/ws/btcusdt@trade/btcusdt@aggTrade", ssl=TLS) as socket:
        seen = await messages(socket, 60)
    trades = [m for m in seen if m["e"] == "trade"]
    aggregates = [m for m in seen if m["e"] == "aggTrade"]
    assert trades and aggregates and all("stream" not in m for m in seen)
    assert [t["t"] for t in trades] == list(range(trades[0]["t"], trades[0]["t"] + len(trades)))
    assert all(isinstance(t["p"], str) and isinstance(t["T"], int) and len(str(t["T"])) == 13 for t in trades)
    for one, after in zip(aggregates, aggregates[1:]):
        assert after["f"] == one["l"] + 1 and after["a"] == one["a"] + 1, (one, after)
    covered = [t for t in trades if aggregates[0]["f"] <= t["t"] <= aggregates[-1]["l"]]
    assert abs(sum(float(t["q"]) for t in covered) - sum(float(a["q"]) for a in aggregates
               if a["f"] >= covered[0]["t"] and a["l"] <= covered[-1]["t"])) < 1e-6


async def combined_streams(session, base, rest):
    names = ["depth@100ms", "depth5@100ms", "depth20@100ms", "depth10", "bookTicker"]
    path = "/".join("btcusdt@" + name for name in names)
    async with session.ws_connect(f"{base}/stream?streams={path}&timeUnit=MICROSECOND", ssl=TLS) as socket:
        first = await messages(socket, 5)
        async with session.get(f"{rest}/api/v3/depth?symbol=BTCUSDT&limit=5000", ssl=TLS) as answer:
            snapshot = await answer.json()
        seen = first + await messages(socket, 400)
    assert {m["stream"].removeprefix("btcusdt@") for m in seen} == set(names)
    book = {side: dict(map(tuple, snapshot[side])) for side in ("bids", "asks")}
    at, compared, last = snapshot["lastUpdateId"], 0, None
    for m in seen:
        data, name = m["data"], m["stream"].removeprefix("btcusdt@")
        if name == "depth@100ms":
            assert len(str(data["E"])) == 16, data["E"]
            assert last is None or data["U"] == last + 1
            last = data["u"]
            if data["u"] <= at:
                continue
            assert data["U"] <= at + 1
            for side, key in (("bids", "b"), ("asks", "a")):
                for price, quantity in data[key]:
                    book[side][price] = quantity
                    if float(quantity) == 0:
                        del book[side][price]
            at = data["u"]
        elif name.startswith("depth") and data["lastUpdateId"] == at and at > snapshot["lastUpdateId"]:
            count = int(name.removeprefix("depth").split("@")[0])
            bids = sorted(book["bids"].items(), key=lambda level: -float(level[0]))[:count]
            asks = sorted(book["asks"].items(), key=lambda level: float(level[0]))[:count]
            assert data["bids"] == [list(level) for level in bids] and data["asks"] == [list(level) for level in asks]
            compared += 1
    assert compared > 10, compared
    return compared


async def control(session, base):
    async with session.ws_connect(f"{base}/ws", ssl=TLS) as socket:
        async def ask(text):
            await socket.send_str(text)
            return await until(socket, lambda m: "result" in m or "error" in m)
        assert await ask('{"method":"SUBSCRIBE","params":["nothing@here"],"id":"a-b"}') == {"result": None, "id": "a-b"}
        assert await ask('{"method":"LIST_SUBSCRIPTIONS","id":2}') == {"result": ["nothing@here"], "id": 2}
        assert (await ask('{"method":"NONE","id":null}'))["error"]["code"] == 2
    async with session.ws_connect(f"{base}/ws", ssl=TLS, autoclose=False) as socket:
        for _ in range(6):
            await socket.ping()  # pings count as messages
        async with asyncio.timeout(10):
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                assert message.type is aiohttp.WSMsgType.PONG or message.type is aiohttp.WSMsgType.TEXT, message
        assert message.data == 1008, message


async def api(session, base):
    async with session.ws_connect(f"{base}/ws-api/v3?timeUnit=microsecond", ssl=TLS) as socket:
        async def ask(method, secret="s", shift=0, **params):
            params = {"apiKey": "k", "timestamp": int(time.time() * 1000) + shift, **params}
            text = "&".join(f"{name}={params[name]}" for name in sorted(params))
            params["signature"] = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
            await socket.send_json({"id": method, "method": method, "params": params})
            return await until(socket, lambda m: m.get("id") == method)
        order = dict(symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", price="50000", quantity="0.01")
        placed = await ask("order.place", **order)
        assert placed["status"] == 200 and len(str(placed["result"]["transactTime"])) == 16, placed
        assert [limit["rateLimitType"] for limit in placed["rateLimits"]] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
        assert (await ask("order.place", secret="wrong", **order))["error"]["code"] == -1022
        assert (await ask("order.place", shift=-6000, **order))["error"]["code"] == -1021
        assert (await ask("order.place", shift=-6000, recvWindow=9000, **order))["status"] == 200
        assert (await ask("session.logon"))["error"]["code"] == -4056
        own = await ask("order.place", **{**order, "side": "SELL", "price": "49000", "selfTradePreventionMode": "NONE"})
        assert own["result"]["status"] == "FILLED", own
        assert len((await ask("openOrders.cancelAll", symbol="BTCUSDT"))["result"]) >= 1


async def faults(session, rest):
    async with session.post(f"{rest}/loopback/faults", data="seed 1\nbanned 1000 60000\n", ssl=TLS) as answer:
        assert answer.status == 200
    async with asyncio.timeout(5):
        while True:
            async with session.get(f"{rest}/api/v3/time", ssl=TLS) as answer:
                if answer.status in (418, 429):
                    assert int(answer.headers["Retry-After"]) > 50 and (await answer.json())["code"] == -1003
                    break
    async with session.post(f"{rest}/loopback/faults", data="nonsense 1", ssl=TLS) as answer:
        assert answer.status == 400 and "reply_lost" in await answer.text()


async def endings(session):
    venue = Venue("--lifetime", "2", "--ping-interval", "1")
    base = f"wss://localhost:{venue.port}"
    async with session.ws_connect(f"{base}/ws/x", ssl=TLS, autoping=False) as socket:
        began, pings = time.monotonic(), 0
        async with asyncio.timeout(10):
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                assert message.type is aiohttp.WSMsgType.PING, message
                pings += 1
                await socket.pong(message.data)
        assert 1.5 < time.monotonic() - began < 6 and pings >= 1, (time.monotonic() - began, pings)
    async with session.ws_connect(f"{base}/stream", ssl=TLS) as streams, session.ws_connect(f"{base}/ws-api/v3", ssl=TLS) as socket:
        venue.process.terminate()
        told = (await messages(streams, 1))[0]
        assert told["stream"] == "!serverShutdown" and told["data"]["e"] == "serverShutdown", told
        assert (await messages(socket, 1))[0]["event"]["e"] == "serverShutdown"
    assert venue.end() == 0


async def main():
    venue = Venue()
    base, rest = f"wss://localhost:{venue.port}", f"https://localhost:{venue.port}"
    try:
        async with aiohttp.ClientSession() as session:
            await raw_streams(session, base)
            compared = await combined_streams(session, base, rest)
            await control(session, base)
            await api(session, base)
            await faults(session, rest)
            await endings(session)
    finally:
        venue.end()
    print(f"stream rules: ok, {compared} partial depths equal the book rebuilt from diffs")


asyncio.run(main())
