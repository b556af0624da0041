"""ccxt and ccxt.pro, unmodified, against the loopback venue. Arguments: port, CA file."""
import asyncio
import sys

import ccxt
import ccxt.pro

PORT, CA = sys.argv[1:3]
BASE = f"https://localhost:{PORT}/api/v3"


def point(exchange):
    api = exchange.urls["api"]
    for name in ("public", "private"):
        api[name] = BASE
    api["v1"] = f"https://localhost:{PORT}/api/v1"
    if "ws" in api:
        api["ws"]["spot"] = f"wss://localhost:{PORT}/ws"
        api["ws"]["ws-api"]["spot"] = f"wss://localhost:{PORT}/ws-api/v3"
    exchange.options.update({"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False, "fetchMargins": False})
    return exchange


KEYS = {"apiKey": "hmac-key", "secret": "hmac-secret"}


def rest():
    exchange = point(ccxt.binance(dict(KEYS)))
    exchange.validateServerSsl = CA
    markets = exchange.load_markets()
    assert markets["BTC/USDT"]["precision"]["price"] == 0.01, markets["BTC/USDT"]["precision"]
    book = exchange.fetch_order_book("BTC/USDT", 20)
    assert book["bids"][0][0] < book["asks"][0][0] and book["nonce"] > 0
    start = exchange.fetch_balance()
    order = exchange.create_order("BTC/USDT", "limit", "buy", 0.01, 50000)
    assert order["status"] == "open" and order["filled"] == 0, order
    assert exchange.fetch_balance()["USDT"]["used"] - start["USDT"]["used"] == 500
    assert [o["id"] for o in exchange.fetch_open_orders("BTC/USDT")] == [order["id"]]
    assert exchange.fetch_order(order["id"], "BTC/USDT")["status"] == "open"
    assert exchange.cancel_order(order["id"], "BTC/USDT")["status"] == "canceled"
    assert exchange.fetch_order(order["id"], "BTC/USDT")["status"] == "canceled"
    fill = exchange.create_order("BTC/USDT", "market", "buy", 0.002)
    assert fill["status"] == "closed" and fill["filled"] == 0.002, fill
    mine = exchange.fetch_my_trades("BTC/USDT", params={"orderId": fill["id"]})
    assert abs(sum(t["amount"] for t in mine) - 0.002) < 1e-12 and mine[0]["takerOrMaker"] == "taker"
    for make, error in (
        (lambda: exchange.create_order("BTC/USDT", "limit", "buy", 100, 60000), ccxt.InsufficientFunds),
        (lambda: exchange.cancel_order("1", "BTC/USDT"), ccxt.OrderNotFound),
    ):
        try:
            make()
        except error:
            continue
        raise AssertionError(f"expected {error}")
    print("ccxt: REST ok")


async def pro():
    import ssl
    exchange = point(ccxt.pro.binance(dict(KEYS)))
    exchange.cafile = CA
    exchange.ssl_context = ssl.create_default_context(cafile=CA)
    try:
        book = await asyncio.wait_for(exchange.watch_order_book("BTC/USDT"), 20)
        assert book["bids"][0][0] < book["asks"][0][0]
        trades = await asyncio.wait_for(exchange.watch_trades("BTC/USDT"), 20)
        assert trades[0]["price"] > 0
        watching = asyncio.ensure_future(exchange.watch_orders("BTC/USDT"))
        await asyncio.sleep(1.0)
        order = await exchange.create_order_ws("BTC/USDT", "limit", "buy", 0.01, 50000)
        assert order["status"] == "open", order
        seen = await asyncio.wait_for(watching, 20)
        assert seen[-1]["id"] == order["id"] and seen[-1]["status"] == "open", seen
        gone = await exchange.cancel_order_ws(order["id"], "BTC/USDT")
        assert gone["status"] == "canceled", gone
    finally:
        await exchange.close()
    print("ccxt: WebSockets ok")


rest()
asyncio.run(pro())
