import CPlatform
import Testing

@testable import Agents

@Suite struct TopologyTests {
    @Test func thePresetsAreAcceptedOnTheMachinesTheyAreFor() {
        #expect(Topology.twoCores.validate(cores: 2) == [])
        #expect(Topology.twoCoresSplit.validate(cores: 2) == [])
        #expect(Topology.threeCores.validate(cores: 3) == [])
        #expect(Topology.fourCores.validate(cores: 4) == [])
        #expect(Topology.presets.map(\.name) == ["two-cores", "two-cores-split", "three-cores", "four-cores"])
        for (_, topology) in Topology.presets { #expect(topology.validate() == [] && topology.ordered() == topology) }
        #expect(Topology.twoCores.runner(of: "trade")?.core == 1)
        #expect(Topology.fourCores.runner(of: "trade")?.name == "trade")
    }

    @Test func aCoreThatIsNotThereIsRefused() {
        #expect(Topology.twoCores.validate(cores: 1) == [.unknownCore(runner: "hot", core: 1)])
        #expect(Topology.fourCores.validate(cores: 2).count == 2)
        #expect(Topology.twoCores.validate(cores: [0, 3]) == [.unknownCore(runner: "hot", core: 1)])
        var negative = Topology.twoCores
        negative.runners[1].core = -1
        #expect(negative.validate(cores: 2) == [.unknownCore(runner: "cold", core: -1)])
    }

    @Test func twoSpinnersOnOneCoreAreRefused() {
        var topology = Topology.twoCores
        topology.runners[0].agents = ["feed", "parse"]
        topology.runners.append(RunnerPlan(name: "order", core: 0, idle: .spin, agents: ["trade"]))
        #expect(topology.validate(cores: 2) == [])
        topology.runners[2].core = 1
        #expect(topology.validate(cores: 2) == [.spinnersShareCore(core: 1, first: "hot", second: "order")])
        #expect(topology.validate() == [.spinnersShareCore(core: 1, first: "hot", second: "order")])
    }

    @Test(arguments: [
        (IdleStrategy.spin, IdleStrategy.spin, true), (.spin, .yield, true), (.yield, .spin, true),
        (.yield, .yield, false), (.spin, .park, false), (.park, .spin, false), (.park, .park, false),
    ])
    func oneCoreIsSharedOnlyWithARunnerThatLetsGo(first: IdleStrategy, second: IdleStrategy, refused: Bool) {
        let topology = Topology(
            runners: [
                RunnerPlan(name: "a", core: 0, idle: first, agents: ["x"]),
                RunnerPlan(name: "b", core: 0, idle: second, agents: ["y"]),
            ], agents: ["x", "y"])
        #expect(topology.validate(cores: 1).isEmpty == !refused)
    }

    @Test func anAgentNamedTwiceIsRefusedWithinARunnerAndAcrossTwo() {
        var topology = Topology.twoCores
        topology.runners.append(RunnerPlan(name: "more", core: 0, idle: .park, agents: ["trade"]))
        #expect(topology.validate(cores: 2) == [.agentTwice(agent: "trade", first: "hot", second: "more")])
        topology.runners.removeLast()
        topology.runners[1].agents = ["cold", "cold"]
        #expect(topology.validate(cores: 2) == [.agentTwice(agent: "cold", first: "cold", second: "cold")])
    }

    @Test func anAgentThatIsMissingOrUnknownIsRefused() {
        var topology = Topology.twoCores
        topology.runners[0].agents = ["feed", "trade"]
        #expect(topology.validate(cores: 2) == [.agentMissing(agent: "parse")])
        topology.runners[0].agents = ["feed", "prase", "trade"]
        #expect(topology.validate(cores: 2) == [
            .unknownAgent(runner: "hot", agent: "prase"), .agentMissing(agent: "parse"),
        ])
    }

    @Test func runnersNeedANameOfTheirOwnAndSomethingToDo() {
        var topology = Topology.twoCores
        topology.runners[1].name = "hot"
        #expect(topology.validate(cores: 2) == [.runnerNamedTwice(runner: "hot")])
        topology.runners[1].name = "cold"
        topology.runners.append(RunnerPlan(name: "idle", core: 0, idle: .park, agents: []))
        #expect(topology.validate(cores: 2) == [.runnerWithoutAgents(runner: "idle")])
    }

    @Test func theColdSideHasAThreadOfItsOwnAndSleeps() {
        var topology = Topology.twoCores
        topology.runners[1].idle = .yield
        #expect(topology.validate(cores: 2) == [.coldNotParked(runner: "cold")])
        topology.runners = [RunnerPlan(name: "all", core: 0, idle: .park, agents: Topology.standardAgents)]
        #expect(topology.validate(cores: 2) == [.coldNotAlone(runner: "all")])
    }

    @Test func agentsAreSteppedInTheOrderOfTheDataHoweverTheyAreNamed() {
        var topology = Topology.twoCores
        topology.runners[0].agents = ["trade", "feed", "parse"]
        #expect(topology.ordered() == .twoCores)
    }

    @Test func theCoresOfThisMachineAreThoseItsMaskNames() {
        let cores = MachineCores.allowed()
        #expect(cores.count == Int(platform_allowed_core_count()))
        #expect(cores.allSatisfy { platform_core_allowed(Int32($0)) == 1 })
    }

    @Test func everyRefusalNamesWhatIsWrong() {
        let error = TopologyError.spinnersShareCore(core: 3, first: "left", second: "right")
        for part in ["'left'", "'right'", "core 3"] { #expect(error.description.contains(part)) }
        #expect(TopologyError.agentMissing(agent: "trade").description.contains("'trade'"))
    }
}
