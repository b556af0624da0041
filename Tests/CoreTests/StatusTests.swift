import Core
import Model
import Testing
import Units

@Test func everyStrategyAndInstrumentIsOnAPageOfTheStatus() {
    let stage = Stage(.bench(instruments: 35))
    stage.bench.live()
    for index in [0, 16, 34] as [UInt16] { _ = stage.place(.buy, "0.1", by: Int(index), in: index) }
    #expect(stage.bench.command(.strategyOff, 34))
    #expect(stage.bench.command(.instrumentOff, 20))
    for first in [0, 16, 32] {
        let page = stage.bench.status(from: first)
        #expect(page.strategyCount == 35 && page.instrumentCount == 35 && page.firstRow == Int32(first))
        for row in 0..<EngineStatus.rows where first + row < 35 {
            let index = first + row
            #expect(page.strategies[row].instrument.index == index)
            #expect(page.strategies[row].orders == ([0, 16, 34].contains(index) ? 1 : 0), "strategy \(index)")
            #expect(page.strategies[row].isOff == (index == 34), "strategy \(index)")
            #expect(page.instruments[row].isBlocked == (index == 20), "instrument \(index)")
            #expect(page.instruments[row].topReceivedAt > .zero, "instrument \(index)")
        }
    }
    let last = stage.bench.status(from: 32)
    #expect(last.strategies[3].version == 0 && last.instruments[3].mark == .zero, "what the run does not have stays empty")
    #expect(stage.bench.status.firstRow == 0)
}

@Test func theStatusShowsTheAgeOfTheSwitchsLastConfirmedRefresh() {
    var configuration = CoreConfiguration.bench()
    configuration.cancelSwitch = CancelSwitchRule(
        period: Nanoseconds(seconds: 10), interval: Nanoseconds(seconds: 1), maxAge: Nanoseconds(seconds: 4))
    let stage = Stage(configuration)
    stage.bench.ready()
    #expect(stage.bench.status.switchAge.raw == .max, "never confirmed")
    #expect(stage.bench.status.switchLimit == Nanoseconds(seconds: 4))
    stage.bench.timer(after: 100)
    var asked = stage.bench.now
    for case .refresh(let refresh) in stage.bench.outputs {
        asked = stage.bench.now
        stage.bench.reply(.refresh, .accepted, refresh.client, .none)
    }
    stage.bench.tick()
    #expect(stage.bench.status.switchAge == stage.bench.now - asked, "counted from the request")
    let without = Stage()
    without.bench.ready()
    #expect(without.bench.status.switchAge.raw == -1)
}
