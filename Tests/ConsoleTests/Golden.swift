/// What `Sample.live` looks like, without colour; trailing spaces are left out.
enum Golden {
    static let live = """
        ======                                  mode LIVE, for 2m47s                                  ======
        ======                                        L I V E                                         ======
        ======               orders may be sent, 57m12s left, mandate 3f2a91c077de0042                ======
         BTCUSDT  binance-spot · account demo · quoter · build ab911bc · up 2m51s
        LINKS ───────────────────────────────────────────┬─TOP OF BOOK ─────────────────────────────────────
        market data   UP         healthy         12.0 ms │ ask              61,837.63                0.00812
        orders        UP         healthy          340 ms │ spread                0.01            age 12.0 ms
        rest          CONNECTING retry in 1.2 s   8.00 s │ bid              61,837.62                1.20453
        POSITION AND P&L ────────────────────────────────┬─ORDERS ──────────────────────────────────────────
        position              0.0215 @ 61,820.415 BTC    │ open                 2  unknown              0
        realised            +4.18000  fees 1.3291 USDT   │ sent             1,204  cancels          1,168
        unrealised                       +0.36991 USDT   │ fills               34  venue rejects        1
        net                              +3.22081 USDT   │ ticks          184,233  risk rejects        12
        LIMITS ──────────────────────────────────────────┬─TICK TO ORDER                p50     p99     max
        worst long   ████░░░░░░░░░░ 0.0715 / 0.25        │ decrypt         █▌         910 ns 2.10 µs 81.0 µs
        worst short  █░░░░░░░░░░░░░ 0.0285 / 0.25        │ decode          ▋          410 ns  880 ns 15.2 µs
        open orders  ███░░░░░░░░░░░ 2 / 8                │ receive_to_step ██▋       1.60 µs 3.30 µs 96.0 µs
        orders/s     █████████░░░░░ 14 / 20              │ decide          ▌          300 ns  720 ns 9.80 µs
        orders/min   ████████████░░ 263 / 300            │ risk            ▏           96 ns  140 ns 1.80 µs
        day's loss   ░░░░░░░░░░░░░░ 0 / 250              │ journal         ▏           42 ns   80 ns  900 ns
        data age     █░░░░░░░░░░░░░ 12.0 ms / 500 ms     │ encode          █          640 ns 1.20 µs 12.0 µs
        order  answered  1.21 ms p50 4.80 ms p99         │ encrypt         █▋         980 ns 1.70 µs 20.0 µs
        cancel answered   980 µs p50 3.10 ms p99         │ kernel_send     █████████ 5.40 µs 12.3 µs 1.20 ms
        query  answered  2.10 ms p50 2.10 ms p99         │ tick_to_order             8.32 µs 20.0 µs 1.30 ms
        KEEPERS ────────────────────────────────────────────────────────────────────────────────────────────
         journal writing 402,118 records 51.4 MB  guard watching beat 3.00 ms  reconciled 4.20 s ago
         feed refused 14 (STALE_EXCHANGE_TIME 12)  conflated 31  dropped 0  venue shows 2 orders 4.25 s ago
        EVENTS ─────────────────────────────────────────────────────────────────────────────────────────────
          3.10 s ago  INVALID_ORDER          BTCUSDT order 7-1203 refused by the venue
          800 ms ago  ORDER_RATE             BTCUSDT buy refused by the risk gate: 21 against 20 (x12)
        """
}
