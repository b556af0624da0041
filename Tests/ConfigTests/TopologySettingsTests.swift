import Agents
import Config
import Testing

private let written = "{preset: two-cores}"

/// Four runners as a file says them, with one core and one idle strategy to vary.
private func runners(parse core: Int, idle: String = "spin") -> String {
    """
    {runners: [{name: feed, core: 1, idle: spin, agents: [feed]}, {name: parse, core: \(core), idle: \(idle), \
    agents: [parse]}, {name: trade, core: 3, idle: spin, agents: [trade]}, {name: cold, core: 0, idle: park, agents: [cold]}]}
    """
}

@Suite struct TopologySettingsTests {
    @Test(arguments: Topology.presets.map(\.name))
    func `A preset's name means its topology`(_ name: String) throws {
        let run = try parse(sample, [("topology.preset", name)])
        #expect(run.topologyPreset == name)
        #expect(run.topology == Topology.presets.first { $0.name == name }?.topology)
    }

    @Test func `Runners written out mean the same as the preset they equal, to the hash as well`() throws {
        let run = try parse(sample.replacing(written, with: runners(parse: 2)))
        #expect(run.topologyPreset == nil)
        #expect(run.topology == .fourCores)
        #expect(try parse(sample, [("topology.preset", "four-cores")]).hash == run.hash)
    }

    @Test func `A whole topology can be given on the command line, and is checked as in a file`() throws {
        let good = runners(parse: 2)
        #expect(try parse(sample, [("topology", good)]).topology == .fourCores)
        do throws(ConfigurationErrors) {
            _ = try parse(sample, [("topology", runners(parse: 1))])
            Issue.record("two spinners on one core passed")
        } catch {
            #expect(error.errors.map(\.path) == ["topology.runners.1.core"])
            #expect(error.errors[0].file == "command line")
        }
        do throws(ConfigurationErrors) {
            _ = try parse(sample, [("topology", "{runners: [")])
            Issue.record("half a topology passed")
        } catch {
            #expect(error.errors.map(\.path) == ["topology"])
        }
    }

    @Test func `Agents may be named in any order and are stepped in the order of the data`() throws {
        let text = sample.replacing(
            written,
            with: "{runners: [{name: hot, core: 1, idle: spin, agents: [trade, parse, feed]}, {name: cold, core: 0, idle: park, agents: [cold]}]}")
        #expect(try parse(text).topology == .twoCores)
    }

    @Test func `A core that the machine has not got is refused at its line, naming those it has`() throws {
        let found = errors(written, runners(parse: 2), cores: [0, 1, 3])
        let error = try #require(found.first)
        #expect(found.count == 1)
        #expect((error.file, error.line, error.path) == ("x.yaml", line(of: "topology:"), "topology.runners.1.core"))
        #expect(error.cause.contains("core 2") && error.cause.contains("0, 1, 3"))
        #expect(error.cure.contains("affinity"))
    }

    @Test func `A preset for a larger machine is refused at the preset's line`() throws {
        let found = errors(written, "{preset: four-cores}", cores: [0, 1])
        #expect(found.map(\.path) == ["topology.preset"])
        #expect(found.first?.line == line(of: "topology:"))
        #expect(errors(written, "{preset: four-cores}", cores: [0, 1, 2, 3]).isEmpty)
        #expect(errors(written, "{preset: four-cores}", cores: nil).isEmpty)
    }

    @Test func `The cores are those of the affinity mask, not a count`() {
        #expect(errors(written, "{preset: two-cores}", cores: [1, 2, 3]).map(\.path) == ["topology.preset"])
    }

    @Test(arguments: [("spin", 1), ("yield", 1), ("park", 0)])
    func `Beside a spinner only a runner that parks may live`(_ idle: String, _ count: Int) {
        let found = errors(written, runners(parse: 1, idle: idle), cores: [0, 1, 2, 3])
        #expect(found.count == count)
        #expect(found.allSatisfy { $0.path == "topology.runners.1.core" && $0.cure.contains("park") })
    }
}
