import Foundation
import Loopback
import Testing

@testable import LoopbackBinance

@Test("fault switches read their lines, and refuse what they do not know with the line's number")
func faultLines() throws {
    var faults = try VenueFaults("# remark\nseed 7\nreply_lost 1\n\nbanned 2 1500  # twice a second\n")
    #expect(faults.strikes(.replyLost) && !faults.strikes(.replyTwice))
    #expect(faults.duration(.banned).milliseconds == 1500 && faults.duration(.streamFrozen).milliseconds == 4000)
    #expect(faults.json.contains(#""reply_lost":1,"#))
    for bad in ["reply_lost", "reply_lost x", "reply_lost 1.5", "reply_lost -1", "no_such_fault 1", "seed", "halted 1 -5"] {
        let error = #expect(throws: VenueStartError.self) { try VenueFaults("seed 1\n" + bad) }
        #expect(error?.reason.contains("line 2") == true, "\(bad)")
    }
}

@Test("the same seed strikes the same times, and replaced switches keep their counts")
func faultsAreSeeded() throws {
    func draw(_ seed: Int) throws -> [Bool] {
        var faults = try VenueFaults("seed \(seed)\nevent_lost 0.3\nlink_cut 1")
        return (0..<500).map { $0 % 3 == 0 ? faults.strikes(.linkCut, within: .init(milliseconds: 200)) : faults.strikes(.eventLost) }
    }
    #expect(try draw(4) == draw(4))
    #expect(try draw(4) != draw(5))
    var faults = try VenueFaults("event_lost 1")
    _ = faults.strikes(.eventLost)
    faults.replace(with: VenueFaults())
    #expect(!faults.strikes(.eventLost) && faults.json.contains(#""event_lost":1"#))
}

@Test("a client that goes on asking over its weight is banned with 418 and told until when")
func bansFollowRefusals() throws {
    var options = BinanceVenueOptions()
    options.weightPerMinute = 10
    options.refusalsBeforeBan = 3
    let core = try BinanceVenueServer(options: options).core
    func ask() -> LoopbackResponse { core.respond(to: LoopbackRequest(method: "GET", path: "/api/v3/time")) }
    var statuses: [Int] = []
    for _ in 0..<40 where statuses.last != 418 { statuses.append(ask().status) }
    let expected = Array(repeating: 200, count: 10) + [429, 429, 429, 418]
    // A minute may begin in between: then the ten are free once more.
    #expect(statuses == expected || Array(statuses.suffix(14)) == expected)
    let refused = ask()
    #expect(refused.status == 418 && refused.body.contains("IP banned until"))
    let wait = try #require(refused.headers.first { $0.name == "Retry-After" }.flatMap { Int($0.value) })
    #expect((100...120).contains(wait))
    #expect(!core.acceptsWebSocket(path: "/ws"))
}

@Test("an address may open only so many connections in five minutes")
func connectionsAreLimited() throws {
    var options = BinanceVenueOptions()
    options.connectionsPer5Minutes = 3
    let core = try BinanceVenueServer(options: options).core
    let accepted = (0..<5).map { _ in core.acceptsWebSocket(path: "/stream") }
    #expect(accepted == [true, true, true, false, false])
    #expect(core.respond(to: LoopbackRequest(method: "GET", path: "/stream")).status == 429)
}

@Test("who asks for microseconds gets every time in them, and nothing else changed")
func microseconds() throws {
    #expect(microsecondTimes(#"{"e":"trade","E":5,"s":"A","t":7,"p":"1.5","T":6,"u":9}"#)
        == #"{"e":"trade","E":5000,"s":"A","t":7,"p":"1.5","T":6000,"u":9}"#)
    #expect(microsecondTimes(#"{"event":{"e":"outboundAccountPosition","E":5,"u":9,"B":[]}}"#)
        == #"{"event":{"e":"outboundAccountPosition","E":5000,"u":9000,"B":[]}}"#)
    #expect(microsecondTimes(#"{"result":{"orderId":3,"transactTime":4,"fills":[]}}"#)
        == #"{"result":{"orderId":3,"transactTime":4000,"fills":[]}}"#)
    let core = try BinanceVenueServer(options: BinanceVenueOptions()).core
    func time(_ unit: String) throws -> Int64 {
        let answer = core.respond(
            to: LoopbackRequest(method: "GET", path: "/api/v3/time", headers: [("X-MBX-TIME-UNIT", unit)]))
        return try #require(try JSONParser.parse(answer.body)["serverTime"]?.integer)
    }
    let (milliseconds, microseconds) = (try time("MILLISECOND"), try time("microsecond"))
    #expect(abs(microseconds / 1000 - milliseconds) < 1000)
}
