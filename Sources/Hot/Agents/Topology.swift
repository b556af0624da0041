/// One runner of a topology: a thread, its core, and the agents it steps in order.
public struct RunnerPlan: Sendable, Hashable {
    public var name: String
    public var core: Int
    public var idle: IdleStrategy
    /// In the order they are stepped.
    public var agents: [String]

    public init(name: String, core: Int, idle: IdleStrategy, agents: [String]) {
        self.name = name
        self.core = core
        self.idle = idle
        self.agents = agents
    }
}

/// Which agents run on which threads and cores. Read from the configuration; checked before anything starts. Cold.
public struct Topology: Sendable, Hashable {
    public var runners: [RunnerPlan]
    /// Every agent that has to be placed, once, in the order of the data that passes through them.
    public var agents: [String]

    public init(runners: [RunnerPlan], agents: [String] = Topology.standardAgents) {
        self.runners = runners
        self.agents = agents
    }

    /// The stages of one engine: market-data I/O, decoding and books, trading with its order link, everything cold.
    public static let standardAgents = ["feed", "parse", "trade", cold]
    /// Everything that is not hot. No `Agent`, but a thread of its own that sleeps between turns.
    public static let cold = "cold"

    /// The hot stages run to completion on core 1; everything cold shares core 0 with the system's interrupts.
    public static let twoCores = Topology(runners: [
        RunnerPlan(name: "hot", core: 1, idle: .spin, agents: ["feed", "parse", "trade"]),
        RunnerPlan(name: "cold", core: 0, idle: .park, agents: ["cold"]),
    ])

    /// Every hot stage has a thread of its own and gives core 1 to the others when it has nothing to do: slower than
    /// `twoCores`, and the same split as `fourCores` on a machine that has not got four.
    public static let twoCoresSplit = Topology(runners: [
        RunnerPlan(name: "feed", core: 1, idle: .yield, agents: ["feed"]),
        RunnerPlan(name: "parse", core: 1, idle: .park, agents: ["parse"]),
        RunnerPlan(name: "trade", core: 1, idle: .yield, agents: ["trade"]),
        RunnerPlan(name: "cold", core: 0, idle: .park, agents: ["cold"]),
    ])

    /// Market data on one core, trading on another; everything cold shares core 0 with the system's interrupts.
    public static let threeCores = Topology(runners: [
        RunnerPlan(name: "data", core: 1, idle: .spin, agents: ["feed", "parse"]),
        RunnerPlan(name: "trade", core: 2, idle: .spin, agents: ["trade"]),
        RunnerPlan(name: "cold", core: 0, idle: .park, agents: ["cold"]),
    ])

    /// Every hot stage has a core of its own; everything cold shares core 0 with the system's interrupts.
    public static let fourCores = Topology(runners: [
        RunnerPlan(name: "feed", core: 1, idle: .spin, agents: ["feed"]),
        RunnerPlan(name: "parse", core: 2, idle: .spin, agents: ["parse"]),
        RunnerPlan(name: "trade", core: 3, idle: .spin, agents: ["trade"]),
        RunnerPlan(name: "cold", core: 0, idle: .park, agents: ["cold"]),
    ])

    /// By the names a configuration calls them.
    public static let presets: [(name: String, topology: Topology)] = [
        ("two-cores", twoCores), ("two-cores-split", twoCoresSplit), ("three-cores", threeCores),
        ("four-cores", fourCores),
    ]

    /// The runner that steps this agent.
    public func runner(of agent: String) -> RunnerPlan? { runners.first { $0.agents.contains(agent) } }

    /// The same topology with the agents of each runner in the order of the data, whichever order they were named in.
    public func ordered() -> Topology {
        var copy = self
        for index in copy.runners.indices {
            copy.runners[index].agents.sort { order($0) < order($1) }
        }
        return copy
    }

    private func order(_ agent: String) -> Int { agents.firstIndex(of: agent) ?? agents.count }
}
