"""The venue's official Python client, unmodified, against the loopback venue. Exits non-zero on the first surprise.

Arguments: port, CA file, Ed25519 private key file. The account has HMAC key "hmac-key"/"hmac-secret" and Ed25519 key "ed-key".
"""
import asyncio
import ssl
import sys

from binance_sdk_spot.spot import ConfigurationRestAPI, ConfigurationWebSocketAPI, ConfigurationWebSocketStreams, Spot

PORT, CA, PRIVATE_KEY = sys.argv[1:4]
TLS = ssl.create_default_context(cafile=CA)


def plain(value):
    """A model, or a wrapper around one of several models, as a dictionary."""
    value = getattr(value, "actual_instance", None) or value
    return value.to_dict() if hasattr(value, "to_dict") else value


def refused(call, code):
    try:
        call()
    except Exception as error:
        assert str(code) in str(getattr(error, "error_code", "")) + str(error.__dict__) + str(error), (code, error.__dict__)
        return
    raise AssertionError(f"expected {code}")


def rest():
    client = Spot(config_rest_api=ConfigurationRestAPI(
        base_path=f"https://localhost:{PORT}", api_key="hmac-key", api_secret="hmac-secret", https_agent=TLS, retries=0,
        timeout=5000)).rest_api
    assert client.time().data().server_time > 1_600_000_000_000
    info = client.exchange_info(symbol="BTCUSDT").data()
    assert info.symbols[0].symbol == "BTCUSDT" and info.symbols[0].base_asset == "BTC"
    depth = client.depth("BTCUSDT", limit=20).data()
    bid, ask = float(depth.bids[0][0]), float(depth.asks[0][0])
    assert 0 < bid < ask and depth.last_update_id > 0, (bid, ask)
    before = {b.asset: b for b in client.get_account().data().balances}

    reply = client.new_order("BTCUSDT", "BUY", "LIMIT", time_in_force="GTC", quantity="0.01", price="50000.00",
                             new_client_order_id="sdk-rest-1", new_order_resp_type="RESULT")
    headers = {k.lower(): v for k, v in dict(reply.headers).items()} if hasattr(reply, "headers") else {}
    order = reply.data()
    assert order.status == "NEW" and order.client_order_id == "sdk-rest-1" and order.executed_qty == "0.00000000"
    locked = {b.asset: b for b in client.get_account().data().balances}["USDT"].locked
    assert locked == "500.00000000", locked
    assert [o.order_id for o in client.get_open_orders("BTCUSDT").data()] == [order.order_id]
    assert client.get_order("BTCUSDT", order_id=order.order_id).data().status == "NEW"
    assert client.get_order("BTCUSDT", orig_client_order_id="sdk-rest-1").data().order_id == order.order_id
    gone = client.delete_order("BTCUSDT", order_id=order.order_id).data()
    assert gone.status == "CANCELED" and gone.orig_client_order_id == "sdk-rest-1"
    assert client.get_open_orders("BTCUSDT").data() == []

    fill = client.new_order("BTCUSDT", "BUY", "MARKET", quantity="0.002").data()
    assert fill.status == "FILLED" and fill.executed_qty == "0.00200000", plain(fill)
    assert sum(float(f.qty) for f in fill.fills) == 0.002 and fill.fills[0].commission_asset == "BTC"
    trades = client.my_trades("BTCUSDT", order_id=fill.order_id).data()
    assert [t.id for t in trades] == [f.trade_id for f in fill.fills] and trades[0].is_buyer and not trades[0].is_maker
    after = {b.asset: b for b in client.get_account().data().balances}
    spent = float(before["USDT"].free) - float(after["USDT"].free)
    assert abs(spent - float(fill.cummulative_quote_qty)) < 1e-6, spent
    fee = sum(float(f.commission) for f in fill.fills)
    assert abs(float(after["BTC"].free) - float(before["BTC"].free) - (0.002 - fee)) < 1e-9

    refused(lambda: client.new_order("BTCUSDT", "BUY", "LIMIT", time_in_force="GTC", quantity="0.01", price="50000.001"), -1013)
    refused(lambda: client.new_order("BTCUSDT", "BUY", "LIMIT", time_in_force="GTC", quantity="100", price="60000"), -2010)
    refused(lambda: client.new_order("BTCUSDT", "BUY", "LIMIT_MAKER", quantity="0.01", price="70000"), -2010)
    refused(lambda: client.delete_order("BTCUSDT", order_id=1), -2011)
    refused(lambda: client.get_order("BTCUSDT", order_id=1), -2013)
    refused(lambda: client.exchange_info(symbol="NOPE"), -1121)
    wrong = Spot(config_rest_api=ConfigurationRestAPI(
        base_path=f"https://localhost:{PORT}", api_key="hmac-key", api_secret="wrong", https_agent=TLS, retries=0)).rest_api
    refused(lambda: wrong.get_account(), -1022)
    print("official sdk: REST ok")


async def until(condition, what, seconds=15):
    for _ in range(int(seconds * 20)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"timed out: {what}")


async def streams():
    client = Spot(config_ws_streams=ConfigurationWebSocketStreams(
        stream_url=f"wss://localhost:{PORT}", https_agent=TLS)).websocket_streams
    await client.create_connection()
    seen = {"trade": [], "book": [], "depth": []}
    for name, handle in (("trade", await client.trade("btcusdt")), ("book", await client.book_ticker("btcusdt")),
                         ("depth", await client.diff_book_depth("btcusdt", update_speed="100ms"))):
        handle.on("message", seen[name].append)
    await until(lambda: all(len(events) >= 3 for events in seen.values()), "three of each stream")
    assert [t.t for t in seen["trade"]] == list(range(seen["trade"][0].t, seen["trade"][-1].t + 1))
    assert all(float(b.b) < float(b.a) for b in seen["book"])
    for one, next_one in zip(seen["depth"], seen["depth"][1:]):
        assert next_one.U == one.u + 1, (one, next_one)
    assert len((await client.list_subscribe())) >= 1
    await client.close_connection()
    print("official sdk: streams ok")


async def api():
    client = Spot(config_ws_api=ConfigurationWebSocketAPI(
        stream_url=f"wss://localhost:{PORT}/ws-api/v3", api_key="ed-key", private_key=PRIVATE_KEY, https_agent=TLS)).websocket_api
    await client.create_connection()
    logon = (await client.session_logon()).data().result
    assert logon.api_key == "ed-key", logon
    events = []
    stream = await client.user_data_stream_subscribe()

    def received(event):
        model = event.actual_instance
        events.append({"kind": type(model).__name__.lower(), **model.to_dict()})

    stream.stream.on("message", received)

    placed = (await client.order_place("BTCUSDT", "SELL", "LIMIT", time_in_force="GTC", price="70000.00", quantity="0.01",
                                       new_client_order_id="sdk-ws-1")).data().result
    assert placed.status == "NEW" and placed.client_order_id == "sdk-ws-1", placed
    await until(lambda: len(events) >= 2, "two events for a placement")
    assert [e["kind"] for e in events[:2]] == ["executionreport", "outboundaccountposition"], events
    assert (events[0]["x"], events[0]["X"], events[0]["c"], events[0]["i"]) == ("NEW", "NEW", "sdk-ws-1", placed.order_id)
    status = (await client.order_status("BTCUSDT", order_id=placed.order_id)).data().result
    assert status.status == "NEW"
    canceled = (await client.order_cancel("BTCUSDT", order_id=placed.order_id)).data().result
    canceled = getattr(canceled, "actual_instance", None) or canceled
    assert canceled.status == "CANCELED", canceled
    await until(lambda: len(events) >= 4, "two events for a cancel")
    assert events[2]["x"] == "CANCELED" and events[2]["C"] == "sdk-ws-1", events[2]

    filled = (await client.order_place("BTCUSDT", "SELL", "MARKET", quantity="0.001")).data().result
    assert filled.status == "FILLED", filled
    await until(lambda: any(e.get("x") == "TRADE" and e.get("X") == "FILLED" for e in events), "the fill event")
    trade = next(e for e in events if e.get("x") == "TRADE")
    assert trade["t"] == filled.fills[0].trade_id and trade["N"] == "USDT" and trade["m"] is False, trade

    for price in ("71000", "72000"):
        await client.order_place("BTCUSDT", "SELL", "LIMIT", time_in_force="GTC", price=price, quantity="0.01")
    assert len((await client.open_orders_status(symbol="BTCUSDT")).data().result) == 2
    assert len((await client.open_orders_cancel_all("BTCUSDT")).data().result) == 2
    assert (await client.open_orders_status(symbol="BTCUSDT")).data().result == []
    account = (await client.account_status()).data().result
    assert {b.asset for b in account.balances} >= {"BTC", "USDT"}
    await client.close_connection()
    print("official sdk: WebSocket API ok")


rest()
asyncio.run(streams())
asyncio.run(api())
