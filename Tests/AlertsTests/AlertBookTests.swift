import Alerts
import Model
import Testing
import Units

private func seconds(_ count: Int64) -> Nanoseconds { Nanoseconds(seconds: count) }
private let loss = AlertNews("DAILY_LOSS", .critical, "LIVE -> HALTED, 501.25 of 500")

@Suite struct AlertBookTests {
    private func book() -> AlertBook { AlertBook(repeats: seconds(60)) }

    @Test func `An alert is due at once, then again after its pause until somebody knows`() throws {
        var book = book()
        let raised = book.raise(loss, now: seconds(10), wall: .zero)
        let id = try #require(raised)
        #expect(book.next(now: seconds(10))?.id == id)
        book.delivered(id, now: seconds(11))
        #expect(book.next(now: seconds(70)) == nil)
        #expect(book.next(now: seconds(71))?.id == id)
        book.delivered(id, now: seconds(71))
        #expect(book.acknowledge(id, by: "uid 7", now: seconds(80)).map(\.id) == [id])
        #expect(book.next(now: seconds(1000)) == nil && book.open.isEmpty)
        #expect(book.closed.last?.by == "uid 7")
        #expect(book.acknowledge(id, by: "uid 7", now: seconds(81)).isEmpty, "once")
    }

    @Test func `The same alert is counted, whatever its figures; another subject, level or kind is another`() {
        var book = book()
        book.raise(loss, now: seconds(1), wall: .zero)
        book.raise(AlertNews("DAILY_LOSS", .critical, "LIVE -> HALTED, 777 of 500"), now: seconds(2), wall: .zero)
        #expect(book.open.count == 1 && book.open[0].count == 2)
        #expect(book.open[0].news.cause.contains("777"), "the newest figures are told")
        book.raise(AlertNews("SWITCHED_OFF", .warning, "strategy quoter off"), now: seconds(3), wall: .zero)
        book.raise(AlertNews("SWITCHED_OFF", .warning, "strategy taker off"), now: seconds(3), wall: .zero)
        book.raise(AlertNews("DAILY_LOSS", .warning, loss.cause), now: seconds(3), wall: .zero)
        #expect(book.open.map(\.count) == [2, 1, 1, 1])
    }

    @Test func `After it was acknowledged the same is a new alert`() throws {
        var book = book()
        let one = book.raise(loss, now: seconds(1), wall: .zero)
        let first = try #require(one)
        book.delivered(first, now: seconds(1))
        _ = book.acknowledge(nil, by: "uid 1", now: seconds(2))
        let other = book.raise(loss, now: seconds(3), wall: .zero)
        let second = try #require(other)
        #expect(second != first && book.next(now: seconds(3))?.id == second)
    }

    @Test func `Critical alerts go first, then whoever waits longest`() throws {
        var book = book()
        book.raise(AlertNews("A", .warning, "a"), now: seconds(1), wall: .zero)
        book.raise(AlertNews("B", .critical, "b"), now: seconds(2), wall: .zero)
        book.raise(AlertNews("C", .critical, "c"), now: seconds(3), wall: .zero)
        var order: [String] = []
        while let entry = book.next(now: seconds(5)) {
            order.append(entry.news.kind)
            book.delivered(entry.id, now: seconds(5))
        }
        #expect(order == ["B", "C", "A"])
    }

    @Test func `A delivery that fails is tried again, ever later, up to the pause`() throws {
        var book = book()
        let raised = book.raise(loss, now: .zero, wall: .zero)
        let id = try #require(raised)
        var now = Nanoseconds.zero
        var pauses: [Int64] = []
        for _ in 0..<9 {
            book.failed(id, now: now)
            let due = try #require(book.open.first).due
            pauses.append((due - now).raw / 1_000_000_000)
            now = due
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        book.delivered(id, now: now)
        #expect(book.open[0].failures == 0 && book.open[0].due == now + seconds(60))
    }

    @Test func `The book is bounded: a critical alert takes a warning's place, and what finds none is counted`() {
        var book = book()
        for index in 0..<AlertBook.capacity {
            let name = String(UnicodeScalar(UInt8(65 + index % 26))) + String(repeating: "x", count: index / 26)
            book.raise(AlertNews(name, index == 5 ? .warning : .critical, "it"), now: seconds(1), wall: .zero)
        }
        #expect(book.open.count == AlertBook.capacity && book.dropped == 0)
        #expect(book.raise(AlertNews("late", .warning, "it"), now: seconds(2), wall: .zero) == nil)
        #expect(book.dropped == 1)
        #expect(book.raise(AlertNews("later", .critical, "it"), now: seconds(2), wall: .zero) != nil)
        #expect(book.dropped == 2 && book.open.count == AlertBook.capacity)
        #expect(book.open.allSatisfy { $0.news.level == .critical })
        #expect(book.raise(AlertNews("last", .critical, "it"), now: seconds(2), wall: .zero) == nil)
    }

    @Test func `What asks for nothing is closed by its first delivery and not before`() throws {
        var book = book()
        let raised = book.raise(AlertNews("ENGINE_STARTED", .info, "x"), isOnce: true, now: .zero, wall: .zero)
        let id = try #require(raised)
        book.failed(id, now: .zero)
        #expect(book.open.count == 1)
        book.delivered(id, now: seconds(1))
        #expect(book.open.isEmpty && book.closed.count == 1)
    }
}
