import Agents
import Units

/// The topology as it is written: the name of a preset, or runners with their cores, idle strategies and agents.
struct WrittenTopology {
    var topology: Topology
    var preset: String?

    init(_ section: Section) {
        guard section.contains("runners") else {
            let presets = Topology.presets.map { ($0.name, (name: $0.name, topology: $0.topology)) }
            let chosen = section.choice("preset", presets, else: (name: "two-cores", topology: Topology.twoCores))
            topology = chosen.topology
            preset = chosen.name
            section.allow("runners")
            section.finish()
            return
        }
        if section.contains("preset") {
            section.fail("preset", "stands beside runners", cure: "keep preset or runners, not both")
        }
        section.allow("preset")
        let items = section.list("runners", cure: "list runners: name, core, idle, agents")
        let runners = items.enumerated().map {
            RunnerPlan(Section($1, path: "\(section.path("runners")).\($0)", reader: section.reader))
        }
        topology = Topology(runners: runners).ordered()
        preset = nil
        section.finish()
    }
}

extension RunnerPlan {
    init(_ section: Section) {
        let name = section.name("name", cure: "name the thread")
        let core = section.whole("core", in: 0...1023, cure: "write the number of a CPU core, from 0")
        let idle = section.choice("idle", IdleStrategy.allCases.map { ("\($0)", $0) }, else: .park)
        let known = Topology.standardAgents
        let cure = "list the agents it steps, of: \(known.joined(separator: ", "))"
        var agents: [String] = []
        for item in section.list("agents", cure: cure) {
            guard case .text(let text) = item.content, known.contains(text) else {
                var near = ""
                if case .text(let text) = item.content, let found = SettingReader.nearest(text, in: known) {
                    near = "did you mean '\(found)'? "
                }
                section.reader.fail(
                    section.path("agents"), at: item.place, "names something that is not an agent", cure: near + cure)
                continue
            }
            agents.append(text)
        }
        section.finish()
        self.init(name: name, core: core, idle: idle, agents: agents)
    }
}

extension RunConfiguration {
    /// What is wrong with the topology, each error at the line that has to change. `cores`: those of the machine the run
    /// is for; `nil` when it is not known.
    func relateTopology(_ reader: SettingReader, cores: Set<Int>?) {
        let errors = cores.map { topology.validate(cores: $0) } ?? topology.validate()
        for error in errors {
            reader.relate(
                topologyPaths(error), false, error.cause + machineHint(error, cores), cure: error.cure)
        }
    }

    /// The setting to blame first, then those whose own errors make this one moot.
    private func topologyPaths(_ error: TopologyError) -> [String] {
        if topologyPreset != nil { return ["topology.preset"] }
        let lists = topology.runners.indices.map { "topology.runners.\($0).agents" }
        switch error {
        case .spinnersShareCore(_, _, let second): return [path(of: second, "core"), path(of: second, "idle")]
        case .unknownCore(let runner, _): return [path(of: runner, "core")]
        case .agentTwice(_, _, let second): return [path(of: second, "agents")]
        case .agentMissing: return ["topology.runners"] + lists
        case .unknownAgent(let runner, _), .runnerWithoutAgents(let runner), .coldNotAlone(let runner):
            return [path(of: runner, "agents")]
        case .runnerNamedTwice(let runner): return [path(of: runner, "name")]
        case .coldNotParked(let runner): return [path(of: runner, "idle")]
        }
    }

    /// Of two runners with one name the later is meant: the earlier was there first.
    private func path(of runner: String, _ key: String) -> String {
        let index = topology.runners.lastIndex { $0.name == runner } ?? 0
        return "topology.runners.\(index).\(key)"
    }

    private func machineHint(_ error: TopologyError, _ cores: Set<Int>?) -> String {
        guard case .unknownCore = error, let cores else { return "" }
        return " (it may use \(cores.sorted().map(String.init).joined(separator: ", ")))"
    }
}
