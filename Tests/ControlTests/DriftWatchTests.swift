import Model
import Testing

@testable import Control

@Suite struct DriftWatchTests {
    @Test func `A change on disk that two looks find takes the mandate, again until it is gone`() {
        var watch = DriftWatch()
        #expect(watch.look(nil, state: .live) == .init())
        #expect(watch.look("the program is another", state: .live) == .init(), "one look may meet a file that is being written")
        #expect(watch.look("the program is another", state: .live) == .init(news: "the program is another", disarms: true))
        #expect(watch.look("the program is another", state: .live) == .init(disarms: true), "told once, disarmed until it is so")
        #expect(watch.look("the program is another", state: .disarmed) == .init())
        #expect(watch.look("the program is gone", state: .disarmed) == .init(news: "the program is gone"))
    }

    @Test func `A file that was being written and is what runs again ends nothing`() {
        var watch = DriftWatch()
        for _ in 0..<5 {
            let found = watch.look("the configuration is cut short", state: .live)
            #expect(found == .init())
            let good = watch.look(nil, state: .live)
            #expect(good == .init(), "nothing was told, so nothing is taken back")
        }
        #expect(watch.told == nil)
    }

    @Test func `What is put back is told once`() {
        var watch = DriftWatch()
        for _ in 0..<3 { _ = watch.look("another hash", state: .disarmed) }
        #expect(watch.told == "another hash")
        let back = watch.look(nil, state: .disarmed)
        #expect(back.news?.contains("again what runs") == true && !back.disarms && watch.told == nil)
        #expect(watch.look(nil, state: .disarmed) == .init())
    }

    @Test func `Only what can send new risk is disarmed`() {
        for state in SystemState.allCases {
            var watch = DriftWatch()
            _ = watch.look("another hash", state: state)
            let answer = watch.look("another hash", state: state)
            #expect(answer.disarms == (state == .live || state == .armed), "\(state)")
            #expect(answer.news == "another hash", "\(state): a person is told whatever the state")
        }
    }
}
