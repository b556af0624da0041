import Model
import Units

/// Which of several feeds and servers is used. Decided outside, where frames and connections are seen; told here, in the
/// order of everything else. What it means for orders and prices comes by inputs of its own: a connection that ends, a
/// verdict, a book.
extension TradingCore {
    mutating func sourceSwitched(_ change: SourceSwitch, _ outputs: inout OutputBuffer) {
        guard change.venue == configuration.venue, change.role != .rest else { return }
        let places = Int64(change.role.rawValue) << 16 | Int64(change.from) << 8 | Int64(change.to)
        if change.reason == .flapping {
            alert(
                .warning, .sourceFlapping, instrument: change.instrument, value: places,
                limit: Int64(change.reason.rawValue), &outputs)
            return
        }
        published.switched = change
        published.switchedAt = now
        switch change.role {
        case .marketData:
            published.feedSource = change.to
            published.feedSwitches &+= 1
        case .orders:
            published.orderSource = change.to
            published.orderSwitches &+= 1
            // What is known of the account was heard from the server that failed.
            isReconciled = false
        case .rest: break
        }
        alert(
            change.reason == .recovered ? .info : .warning, .sourceSwitched, instrument: change.instrument, value: places,
            limit: Int64(change.reason.rawValue), &outputs)
    }
}
