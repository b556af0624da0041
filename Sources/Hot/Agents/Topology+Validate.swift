/// Why a topology is refused. Its text says the cause and the cure.
public enum TopologyError: Error, Sendable, Hashable {
    /// Two runners that never sleep, at least one a spinner: each stops the other for milliseconds at a time.
    case spinnersShareCore(core: Int, first: String, second: String)
    case unknownCore(runner: String, core: Int)
    case agentTwice(agent: String, first: String, second: String)
    case agentMissing(agent: String)
    case unknownAgent(runner: String, agent: String)
    case runnerNamedTwice(runner: String)
    case runnerWithoutAgents(runner: String)
    /// The cold side waits for disks and people: no hot agent may share its thread.
    case coldNotAlone(runner: String)
    /// The cold side sleeps between its turns, whatever a topology says.
    case coldNotParked(runner: String)
}

extension Topology {
    /// Everything that is wrong, on a machine with cores `0 ..< cores`; empty when the topology can run.
    public func validate(cores: Int) -> [TopologyError] { validate(cores: Set(0..<max(0, cores))) }

    /// Everything that is wrong, given the cores this process may use; empty when the topology can run.
    public func validate(cores: Set<Int>) -> [TopologyError] {
        coreErrors(cores) + sharingErrors() + runnerErrors() + agentErrors() + coldErrors()
    }

    /// Everything that is wrong on any machine.
    public func validate() -> [TopologyError] { sharingErrors() + runnerErrors() + agentErrors() + coldErrors() }

    private func coldErrors() -> [TopologyError] {
        guard let runner = runner(of: Topology.cold) else { return [] }
        var errors: [TopologyError] = []
        if runner.agents.contains(where: { $0 != Topology.cold }) { errors.append(.coldNotAlone(runner: runner.name)) }
        if runner.idle != .park { errors.append(.coldNotParked(runner: runner.name)) }
        return errors
    }

    private func coreErrors(_ cores: Set<Int>) -> [TopologyError] {
        runners.filter { !cores.contains($0.core) }.map { .unknownCore(runner: $0.name, core: $0.core) }
    }

    private func sharingErrors() -> [TopologyError] {
        var errors: [TopologyError] = []
        for (index, first) in runners.enumerated() {
            for second in runners.dropFirst(index + 1) where second.core == first.core {
                let spins = first.idle == .spin || second.idle == .spin
                let sleeps = first.idle == .park || second.idle == .park
                if spins && !sleeps {
                    errors.append(.spinnersShareCore(core: first.core, first: first.name, second: second.name))
                }
            }
        }
        return errors
    }

    private func runnerErrors() -> [TopologyError] {
        var seen: Set<String> = []
        var errors: [TopologyError] = []
        for runner in runners {
            if !seen.insert(runner.name).inserted { errors.append(.runnerNamedTwice(runner: runner.name)) }
            if runner.agents.isEmpty { errors.append(.runnerWithoutAgents(runner: runner.name)) }
        }
        return errors
    }

    private func agentErrors() -> [TopologyError] {
        var owner: [String: String] = [:]
        var errors: [TopologyError] = []
        for runner in runners {
            for agent in runner.agents {
                if let first = owner[agent] {
                    errors.append(.agentTwice(agent: agent, first: first, second: runner.name))
                } else {
                    owner[agent] = runner.name
                }
                if !agents.contains(agent) { errors.append(.unknownAgent(runner: runner.name, agent: agent)) }
            }
        }
        return errors + agents.filter { owner[$0] == nil }.map { .agentMissing(agent: $0) }
    }
}

extension TopologyError: CustomStringConvertible {
    public var description: String { "\(cause); \(cure)" }

    /// What is wrong, naming the runner, the agent and the core.
    public var cause: String {
        switch self {
        case .spinnersShareCore(let core, let first, let second):
            "runners '\(first)' and '\(second)' both keep core \(core) busy without sleeping"
        case .unknownCore(let runner, let core):
            "runner '\(runner)' wants core \(core), which does not exist or which this process may not use"
        case .agentTwice(let agent, let first, let second):
            "agent '\(agent)' is named by '\(first)' and again by '\(second)'"
        case .agentMissing(let agent):
            "no runner steps agent '\(agent)'"
        case .unknownAgent(let runner, let agent):
            "runner '\(runner)' names agent '\(agent)', which does not exist"
        case .runnerNamedTwice(let runner):
            "two runners are called '\(runner)'"
        case .runnerWithoutAgents(let runner):
            "runner '\(runner)' steps no agent"
        case .coldNotAlone(let runner):
            "runner '\(runner)' steps hot agents beside the cold side, which waits for disks and people"
        case .coldNotParked(let runner):
            "runner '\(runner)' is the cold side, which always sleeps between its turns"
        }
    }

    /// What to change.
    public var cure: String {
        switch self {
        case .spinnersShareCore:
            "move one to another core, fuse their agents into one runner, or let one park"
        case .unknownCore:
            "name one of its cores, choose a smaller preset, or widen the process's affinity (taskset, cpuset)"
        case .agentTwice: "an agent has one owner, name it once"
        case .agentMissing: "add it to one"
        case .unknownAgent: "check its spelling"
        case .runnerNamedTwice: "give each a name of its own"
        case .runnerWithoutAgents: "remove it or give it one"
        case .coldNotAlone: "give the cold side a runner of its own"
        case .coldNotParked: "write idle: park"
        }
    }
}
