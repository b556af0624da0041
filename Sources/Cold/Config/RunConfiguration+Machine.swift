import Units

extension TopologySettings {
    init(_ section: Section) {
        let presets = [("two-cores", Self.twoCores), ("four-cores", Self.fourCores)]
        guard section.contains("runners") else {
            self = section.choice("preset", presets, else: Self.twoCores)
            section.allow("runners")
            section.finish()
            return
        }
        if section.contains("preset") {
            section.fail("preset", "stands beside runners", cure: "keep preset or runners, not both")
        }
        section.allow("preset")
        let items = section.list("runners", cure: "list runners: name, core, idle, stages")
        preset = nil
        runners = items.enumerated().map {
            RunnerSettings(Section($1, path: "\(section.path("runners")).\($0)", reader: section.reader))
        }
        section.finish()
    }
}

extension RunnerSettings {
    init(_ section: Section) {
        name = section.name("name", cure: "name the thread")
        core = section.whole("core", in: 0...1023, cure: "write the number of a CPU core, from 0")
        idle = section.choice("idle", IdlePolicy.allCases.map { ($0.rawValue, $0) }, else: .park)
        let cure = "list the stages it steps, of: \(Stage.allCases.map(\.rawValue).joined(separator: ", "))"
        stages = []
        for item in section.list("stages", cure: cure) {
            guard case .text(let text) = item.content, let stage = Stage(rawValue: text) else {
                section.reader.fail(section.path("stages"), at: item.place, "names something that is not a stage", cure: cure)
                continue
            }
            stages.append(stage)
        }
        section.finish()
    }
}

extension TimeoutSettings {
    init(_ section: Section) {
        request = section.duration("request", cure: "write how long an answer is awaited, such as 2s")
        heartbeat = section.duration("heartbeat", cure: "write how often the engine beats, such as 100ms")
        guardSilence = section.duration("guard", cure: "write the silence after which the guard cancels everything, such as 1s")
        section.finish()
    }
}

extension JournalSettings {
    init(_ section: Section, below directory: String) {
        self.directory = section.path("directory", fallback: directory + "/journal", cure: "name the journal's directory")
        segmentBytes = section.bytes("segment_size", cure: "write a size such as 64MiB", default: 64 << 20)
        syncInterval = section.duration("sync_interval", cure: "write a time span such as 100ms", default: Nanoseconds(milliseconds: 100))
        section.finish()
    }
}
