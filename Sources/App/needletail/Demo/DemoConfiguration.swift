import Model

/// The configuration a demo writes for its engine: like config/demo.yaml, with the run's ports and paths in it, sizes that
/// fit the symbol's price, and data that may be twice as old, since machines that show a demo are busy.
enum DemoConfiguration {
    static func text(
        mode: RunMode = .live, symbol: String, sizes: DemoSizes, base: String, quote: String, directory: String, port: Int, authority: String
    ) -> String {
        """
        # A run against the loopback venue on this machine: no money is at risk.
        mode: \(mode.name)
        run:
          name: demo
          directory: \(directory)
        venue:
          kind: binance-spot
          market_data: { url: "wss://127.0.0.1:\(port)/stream" }
          orders: { url: "wss://127.0.0.1:\(port)/ws-api/v3" }
          rest: { url: "https://127.0.0.1:\(port)" }
          ca_file: \(authority)
          client_id_prefix: demo-
        \(mode == .live ? account : "  # no account: this mode holds no key")
        instruments:
          - { symbol: \(symbol), base: \(base), quote: \(quote), rules: from venue }
        strategies:
          - name: quoter
            instrument: \(symbol)
            parameters:
              order_quantity: \(sizes.order)
              half_spread_ticks: 150
              half_spread_bps: 0
              skew_ticks: 20
              max_inventory: \(sizes.times(10))
              min_replace_interval: 100ms
              min_price_change_ticks: 5
          - name: taker
            instrument: \(symbol)
            parameters:
              order_quantity: \(sizes.order)
              threshold: \(sizes.times(250))
              half_life: 500ms
              cooldown: 2s
              max_inventory: \(sizes.times(10))
              slippage_ticks: 50
        limits:
          max_order_quantity: \(sizes.times(10))
          max_order_notional: 5000
          max_position: \(sizes.times(50))
          max_open_orders: 8
          price_collar_bps: 50
          max_data_age: 2s
          max_orders_per_second: 20
          max_orders_per_minute: 600
          max_daily_loss: 500
          max_unconfirmed: 10s
          max_net_exposure: 10000
          max_gross_exposure: 20000
          max_portfolio_net: 10000
          max_portfolio_gross: 20000
          max_slippage_bps: 50
          max_messages_per_second: 60
          max_messages_per_minute: 2400
          cancel_share_percent: 25
          max_identical_orders: 40
          max_order_age: 60s
          max_consecutive_errors: 20
          max_order_cycles: 1200
          max_direction_flips: 200
          max_executions: 600
          max_drawdown: 500
          drawdown_confirmations: 3
          throttle_drawdown: 250
          throttle_percent: 50
          max_move_bps: 200
          max_ack_latency: 1s
          breach_pause: 10s
          max_strategy_loss: 250
          max_quiet_age: 250ms
          max_venue_age: 2s
          quote_reserve: 100
          fee_allowance_bps: 10
          max_drift_bps: 200
          max_fill_cost_bps: 50
          trading_window: {unlimited: "crypto venues never close"}
          max_orders_per_trade: 400
          order_to_trade_floor: 6000
          max_instrument_orders_per_second: 60
          max_instrument_orders_per_minute: 2400
          max_day_drawdown: 500
          on_daily_loss: halt
          on_drawdown: halt
          max_price_gap_bps: 30
          max_trade_age: 10s
          unconfirmed_evaluations: 30
          max_strategy_drawdown: 250
          max_reject_percent: 90
          max_strategy_slippage_bps: 30
          min_strategy_samples: 20
          strategy_cooldown: 5m
          stop_loss: 250
          take_profit: 500
          exit_pause: 5m
          max_unreconciled: 60s
        alerts: { none: "a demo: whoever started it looks at it" }
        topology: { preset: two-cores }
        timeouts: { request: 2s, heartbeat: 100ms, guard: 1s }
        feed: { stale_after: 3s }
        journal: { directory: \(directory)/journal, segment_size: 64MiB, sync_interval: 10ms }
        control: { socket: \(directory)/control.sock }

        """
    }

    private static let account = """
          account:
            api_key_env: NEEDLETAIL_DEMO_API_KEY
            ed25519_private_key_env: NEEDLETAIL_DEMO_PRIVATE_KEY
        """
}
