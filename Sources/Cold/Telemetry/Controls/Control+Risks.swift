/// The risk matrix, in the order of docs/CONTROLS.md.
extension Control {
    static let risks: [Control] = [
        Control(
            "M1", .risks, "max position",
            does: "MAX_POSITION",
            key: "`max_position`"),
        Control(
            "M2", .risks, "loss kill-switch",
            does: "daily loss: HALTED, latched, all cancelled",
            key: "`max_daily_loss`, `on_daily_loss: halt`"),
        Control(
            "M3", .risks, "portfolio loss",
            does: "drawdown of the run over all instruments",
            key: "`max_drawdown`, `on_drawdown`"),
        Control(
            "M4", .risks, "drawdown throttle",
            does: "DRAWDOWN_THROTTLE",
            key: "`throttle_drawdown`, `throttle_percent`"),
        Control(
            "M5", .risks, "latency breach",
            does: "LATENCY",
            key: "`max_ack_latency`, `breach_pause`"),
        Control(
            "M6", .risks, "daily loss",
            does: "DAILY_LOSS, daily loss",
            key: "`max_daily_loss`"),
        Control(
            "M7", .risks, "trade size",
            does: "MAX_ORDER_SIZE, MAX_ORDER_NOTIONAL",
            key: "`max_order_quantity`, `max_order_notional`"),
        Control(
            "M8", .risks, "slippage",
            does: "SLIPPAGE; strategy's slippage",
            key: "`max_slippage_bps`, `max_fill_cost_bps`, `max_strategy_slippage_bps`"),
        Control(
            "M9", .risks, "cooldown",
            does: "return of a strategy, of an instrument",
            key: "`strategy_cooldown`, `exit_pause`, `breach_pause`"),
    ]
}
