import Model
import StrategyKit
import Telemetry
import Units
import VenueKit
import Wire

/// The network: connections that open, slow down, break and lie; bytes that keep their order within a connection.
extension World where Market: ~Copyable, Orders: ~Copyable {
    func secondDelay() -> Int64 { delay() }

    private func delay() -> Int64 {
        var delay = baseDelay + Int64(dice.network.next() % 3_000_000)
        if now < slowUntil { delay += 50_000_000 + Int64(dice.network.next() % 3_000_000_000) }
        return delay
    }

    /// A way there or back outside the two long connections: a REST call's half.
    func restDelay() -> Nanoseconds { Nanoseconds(raw: delay() + 20_000_000) }

    func toVenue(_ frame: [UInt8]) {
        guard orderLink.isOpen else { return }
        orderLink.lastToVenue = Swift.max(now.raw + delay(), orderLink.lastToVenue + 1)
        heap.schedule(.venueReceives(link: orderLink.number, frame), at: Nanoseconds(raw: orderLink.lastToVenue))
    }

    /// The venue's message on the order connection.
    func send(_ message: [UInt8], _ link: Int) {
        guard orderLink.isOpen, !orderLink.isDead, link == orderLink.number else { return }
        for piece in pieces(message) {
            orderLink.lastToEngine = arrival(.orders, behind: orderLink.lastToEngine)
            heap.schedule(.ordersArrive(link: link, piece), at: Nanoseconds(raw: orderLink.lastToEngine))
        }
    }

    func publish(_ message: [UInt8]) {
        guard marketLink.isOpen, !marketLink.isDead else { return }
        for piece in pieces(message) {
            marketLink.lastToEngine = arrival(.marketData, behind: marketLink.lastToEngine)
            heap.schedule(
                .marketArrives(link: marketLink.number, piece), at: Nanoseconds(raw: marketLink.lastToEngine))
        }
    }

    /// A message as the connection carries it: at once, or in pieces that each take their own time.
    private func pieces(_ message: [UInt8]) -> [[UInt8]] {
        guard strikes(.splitMessage) else { return [WorldFrames.frames(message)] }
        let parts = faults.dice.next() % 2 == 0 ? 1 : 1 + Int(faults.dice.next() % 4)
        report.cover(parts == 1 ? "message in pieces" : "message in frames and pieces")
        return WorldFrames.pieces(WorldFrames.frames(message, parts: parts), &faults.dice)
    }

    /// When the next piece arrives: never before the one sent before it.
    private func arrival(_ role: LinkRole, behind last: Int64) -> Int64 {
        var at = now.raw + delay()
        if stalledLink.role == role, now < stalledLink.until { at = Swift.max(at, stalledLink.until.raw) }
        return Swift.max(at, last + 1)
    }

    // MARK: opening and closing

    func linkOpens(_ role: LinkRole, _ life: Int) {
        guard life == self.life, process != nil else { return }
        if now < closedUntil || now < stalledUntil || now < refusedUntil { return reopen(role) }
        if role == .marketData, now < second.firstClosedUntil { return reopen(role) }
        if role == .orders, !orderLink.isOpen, isServerClosed { return reopen(role) }
        wake()
        if role == .marketData {
            guard !marketLink.isOpen else { return }
            marketLink = WorldConnection(number: marketLink.number + 1, isOpen: true)
            process?.marketOpened(at: now)
            takeMarket()
        } else {
            guard !orderLink.isOpen else { return }
            orderLink = WorldConnection(number: orderLink.number + 1, isOpen: true)
            process?.ordersOpened(at: now, wallNow: wallNow)
            collectSent()
            takeOrderEvents()
        }
    }

    /// The back-off of the live link keeper: 100 ms doubled up to 10 s, with jitter.
    private func reopen(_ role: LinkRole) {
        var failures: Int64
        if role == .marketData {
            marketLink.failures = Swift.min(marketLink.failures + 1, 7)
            failures = marketLink.failures
        } else {
            orderLink.failures = Swift.min(orderLink.failures + 1, 7)
            servers.failover.ended(at: now)
            failures = orderLink.failures
        }
        failures = Swift.min(Int64(100_000_000) << failures, 10_000_000_000)
        let wait = failures / 2 + Int64(dice.network.next() % UInt64(failures / 2))
        heap.schedule(.linkOpens(role, life: life), at: now + Nanoseconds(raw: wait))
    }

    /// The engine's side learns that a connection is gone.
    func linkCloses(_ role: LinkRole, _ number: Int) {
        if role == .marketData {
            guard marketLink.isOpen, marketLink.number == number else { return }
            marketLink.isOpen = false
            guard process != nil else { return }
            wake()
            process?.marketClosed(at: now)
            takeMarket()
        } else {
            guard orderLink.isOpen, orderLink.number == number else { return }
            closeOrderLink(lastBytesArrive: dice.network.unit() < 0.5)
            guard process != nil else { return }
            wake()
            process?.ordersClosed(at: now)
            takeOrderEvents()
        }
        if process != nil { reopen(role) }
    }

    private func closeOrderLink(lastBytesArrive: Bool) {
        if lastBytesArrive, !orderLink.isDead {
            checker.lostFlights(link: drainingLink)
            drainingLink = orderLink.number
        } else {
            checker.lostFlights(link: orderLink.number)
        }
        orderLink.isOpen = false
    }

    /// After a crash: the kernel still sends what it has, nobody listens any more.
    func forgetLink(_ role: LinkRole) {
        if role == .marketData {
            marketLink.isOpen = false
        } else if orderLink.isOpen {
            closeOrderLink(lastBytesArrive: true)
        }
    }

    // MARK: arrivals

    func marketArrives(_ link: Int, _ bytes: [UInt8]) {
        guard process != nil, marketLink.isOpen, link == marketLink.number else { return }
        if now < stalledUntil { return heap.schedule(.marketArrives(link: link, bytes), at: stalledUntil) }
        if marketLink.isDead { return }
        wake()
        let isSound = process?.marketBytes(bytes, at: now) ?? true
        takeMarket()
        if !isSound { linkCloses(.marketData, link) }
    }

    func ordersArrive(_ link: Int, _ bytes: [UInt8]) {
        guard process != nil, orderLink.isOpen, link == orderLink.number else { return }
        if now < stalledUntil { return heap.schedule(.ordersArrive(link: link, bytes), at: stalledUntil) }
        if orderLink.isDead { return }
        wake()
        let isSound = process?.ordersBytes(bytes, at: now, wallNow: wallNow) ?? true
        collectSent()
        takeOrderEvents()
        if !isSound { linkCloses(.orders, link) }
    }

    func withView(_ bytes: [UInt8], _ body: (ByteView) -> Void) {
        unsafe bytes.withUnsafeBytes { buffer in unsafe body(ByteView(buffer)) }
    }

    /// What the market adapter reported, into the core in order.
    func takeMarket() {
        guard process != nil else { return }
        let inputs = process!.marketSink.inputs
        process!.marketSink.inputs.removeAll(keepingCapacity: true)
        for input in inputs where !dies { stepMarket(input) }
        guard process != nil else { return }
        if process!.marketSink.wantsSnapshot != nil {
            process!.marketSink.wantsSnapshot = nil
            heap.schedule(.snapshotRead(life: life), at: now + restDelay())
        }
        if process!.marketSink.wantsReconnect {
            process!.marketSink.wantsReconnect = false
            report.cover("market data reconnected for \(process!.marketSink.reconnectReason?.name ?? "nothing")")
            linkCloses(.marketData, marketLink.number)
        }
        heedSecondFeed()
    }

    /// Canary: the feed hands the core the book that it had before, behind the newer one.
    private func stepMarket(_ input: Input) {
        step(input)
        guard settings.canary == .olderBook, case .topOfBook(let top) = input else { return }
        let older = lastTop
        lastTop = top
        if let older, dice.canary.unit() < 0.001 { step(.topOfBook(older)) }
    }

    // MARK: REST

    func readSnapshot() {
        var body: [UInt8] = []
        if now >= closedUntil, now >= refusedUntil, !strikes(.failedSnapshot) {
            dialect.snapshot(last: Int64(book.updateID), bids: book.bids, asks: book.asks, into: &out)
            body = out.view.bytes()
        }
        heap.schedule(.snapshotArrives(life: life, body), at: now + restDelay())
    }

    func takeSnapshot(_ body: [UInt8]) {
        guard process != nil else { return }
        if now < stalledUntil { return heap.schedule(.snapshotArrives(life: life, body), at: stalledUntil) }
        wake()
        withView(body) { process?.marketSnapshot($0, at: now) }
        takeMarket()
    }

    func askTruth() {
        heap.schedule(.truthAsked(life: life), at: now + Nanoseconds(seconds: 5))
        guard process != nil, !isTruthUnderWay, now >= stalledUntil else { return }
        isTruthUnderWay = true
        heap.schedule(.truthRead(life: life, requestedAt: now), at: now + restDelay())
    }

    /// The venue answers from what it holds now. Three answers: open orders, executions, balances; only after a start
    /// something may happen between them.
    func readTruth(_ requestedAt: Nanoseconds) {
        let time = now.milliseconds
        var rows = VenueTruthRows(requestedAt: requestedAt, isComplete: true, orders: [], account: [], trades: [])
        if strikes(.truthGone) { truthGoneUntil = now + Nanoseconds(seconds: 60) + faults.pause(240) }
        let isGone = now < closedUntil || now < bannedUntil || now < refusedUntil || now < truthGoneUntil
        if isGone || strikes(.failedTruth) {
            rows.isComplete = false
            let until = Swift.max(bannedUntil, refusedUntil)
            if now < until {
                rows.status = now < refusedUntil ? 418 : 429
                rows.retryAfter = (until - now).milliseconds / 1000 + 1
            }
        } else {
            var open = (0..<venue.openCount).map { venue.openOrder($0).statement(at: now) }
            if let first = open.first, strikes(.truthWithoutOrder) {
                leftOut = (first.client, now + faults.pause(12))
            }
            if now < leftOut.until { open.removeAll { $0.client == leftOut.client } }
            let resting = trades.newest(engine.instrument.id) == nil ? open.map(\.client).filter { $0 != stranger } : []
            let gap = !resting.isEmpty && strikes(.fillDuringTruth) ? 1 + faults.dice.next() % 2 : 0
            if gap == 1 { fillBetweenAnswers("open orders and executions", resting) }
            let executions = executions(from: trades.from[engine.instrument.id])
            if gap == 2 { fillBetweenAnswers("executions and balances", resting) }
            var balances = [AssetID(0), AssetID(1)].map { venue.balance($0, source: .snapshot, at: now) }
            if strikes(.truthWithoutBalance) { balances.removeFirst() }
            rows.orders = dialect.openOrders(open, time: time)
            rows.account = dialect.account(balances, time: time)
            rows.trades = dialect.trades(executions, time: time)
        }
        var delay = restDelay()
        if strikes(.lateTruth) { delay = delay + faults.pause(10) }
        heap.schedule(.truthArrives(life: life, rows), at: now + delay)
    }

    /// One of our orders that rests executes, in part or whole, and the private stream tells it if it can.
    private func fillBetweenAnswers(_ gap: String, _ resting: [ClientOrderID]) {
        let client = resting[Int(faults.dice.next() % UInt64(resting.count))]
        guard venue.meet(client: client, quarters: 1 + Int64(faults.dice.next() % 4), at: now) else { return }
        report.cover("fill between the first \(gap)")
        tellEvents()
    }

    /// As the engine's host hands it over: all rows between two marks.
    func takeTruth(_ rows: VenueTruthRows) {
        guard process != nil else { return }
        if now < stalledUntil { return heap.schedule(.truthArrives(life: life, rows), at: stalledUntil) }
        wake()
        isTruthUnderWay = false
        if dies { return }
        let headers = rows.status == 200 ? [] : [(name: "Retry-After", value: "\(rows.retryAfter)")]
        if let usage = engine.rest.usage(status: rows.status, headers: headers, body: [], wallNow: wallNow) {
            report.cover("REST refused with \(rows.status)")
            step(.venueUsage(usage))
        }
        guard !dies else { return }
        guard rows.isComplete else {
            if !isTorn([], [], isComplete: false) { snapshot(rows, [], []) }
            return
        }
        guard let orders = try? engine.rest.parseOpenOrders(status: 200, body: rows.orders),
            let balances = try? engine.rest.parseAccount(status: 200, body: rows.account),
            let executions = try? engine.rest.parseMyTrades(engine.instrument.id, status: 200, body: rows.trades)
        else { fatalError("a REST answer could not be read: \(String(decoding: rows.orders, as: UTF8.self))") }
        if isTorn(executions, orders, isComplete: true) {
            report.cover("first answers asked again for an execution between them")
            isTruthUnderWay = true
            return heap.schedule(.truthRead(life: life, requestedAt: now), at: now + restDelay())
        }
        carry.hasComplete = true
        addDowntime(executions)
        for fill in missing(executions, orders) { step(.fill(fill)) }
        markHistory()
        snapshot(rows, orders, balances)
    }

    private func snapshot(_ rows: VenueTruthRows, _ orders: [OrderUpdate], _ balances: [VenueBalance]) {
        truthNumber += 1
        var mark = SnapshotMark(
            id: truthNumber, venue: engine.instrument.venue, isEnd: false, isComplete: rows.isComplete,
            requestedAt: rows.requestedAt)
        step(.snapshot(mark))
        for order in orders { step(.orderUpdate(order)) }
        for balance in balances { step(.balance(balance)) }
        mark.isEnd = true
        step(.snapshot(mark))
    }

    /// What the history has and the stream did not tell, as the host finds it out.
    private func missing(_ rows: [Fill], _ orders: [OrderUpdate]) -> [Fill] {
        trades.take(
            rows, of: engine.instrument.id, at: now, booked: booked,
            isSettled: process?.stepped.status.unknownOrders == 0,
            open: Set(orders.filter { !$0.client.isNone }.map(\.venueOrder)))
    }

    /// As the venue pages them: the newest, or all from one on.
    private func executions(from first: TradeID?) -> [Fill] {
        guard let first else { return Array(history.suffix(Self.historyPage)) }
        return history.filter { $0.trade.low >= first.low }
    }
}
