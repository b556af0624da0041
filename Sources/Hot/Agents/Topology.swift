/// One runner of a topology: a thread, its core, and the agents it steps in order.
public struct RunnerPlan: Sendable, Hashable {
    public var name: String
    public var core: Int
    public var idle: IdleStrategy
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
    /// Every agent that has to be placed, once.
    public var agents: [String]

    public init(runners: [RunnerPlan], agents: [String] = Topology.standardAgents) {
        self.runners = runners
        self.agents = agents
    }

    /// The stages of one engine: market-data I/O, decoding and books, trading with its order link, everything cold.
    public static let standardAgents = ["feed", "parse", "trade", "cold"]

    /// The hot stages run to completion on core 1; everything cold shares core 0 with the system.
    public static let twoCores = Topology(runners: [
        RunnerPlan(name: "hot", core: 1, idle: .spin, agents: ["feed", "parse", "trade"]),
        RunnerPlan(name: "cold", core: 0, idle: .park, agents: ["cold"]),
    ])

    /// Every hot stage has a core of its own; everything cold shares core 0 with the system.
    public static let fourCores = Topology(runners: [
        RunnerPlan(name: "feed", core: 1, idle: .spin, agents: ["feed"]),
        RunnerPlan(name: "parse", core: 2, idle: .spin, agents: ["parse"]),
        RunnerPlan(name: "trade", core: 3, idle: .spin, agents: ["trade"]),
        RunnerPlan(name: "cold", core: 0, idle: .park, agents: ["cold"]),
    ])

    /// The runner that steps this agent.
    public func runner(of agent: String) -> RunnerPlan? { runners.first { $0.agents.contains(agent) } }
}
