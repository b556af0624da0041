import Foundation
import Model
import Units

extension RunConfiguration {
    /// Reads and checks a file. `overrides` are dotted paths with values, applied before anything is checked; a `mode`
    /// other than the file's is noted. `cores`: those that the process may use on the machine the run is for; `nil` where
    /// it runs elsewhere. Throws all errors found, in the order of the file; what a LIVE run must say is asked for here
    /// and not by `parse`, which also reads what earlier runs recorded.
    package static func load(
        file: String, overrides: [(path: String, value: String)] = [], mode: RunMode? = nil,
        catalogue: RunCatalogue, cores: Set<Int>? = nil
    ) throws(ConfigurationErrors) -> RunConfiguration {
        guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationErrors([
                ConfigurationError(
                    file: file, line: 0, column: 0, path: "", cause: "the file cannot be read as UTF-8 text",
                    cure: "check the path and its permissions; presets are in config/")
            ])
        }
        let configuration = try parse(
            text, file: file, overrides: overrides, mode: mode, catalogue: catalogue, cores: cores)
        if let missing = configuration.missingForLive { throw ConfigurationErrors([missing]) }
        return configuration
    }

    /// `load` for text at hand; `file` is only named in messages.
    package static func parse(
        _ text: String, file: String, overrides: [(path: String, value: String)] = [], mode: RunMode? = nil,
        catalogue: RunCatalogue, cores: Set<Int>? = nil
    ) throws(ConfigurationErrors) -> RunConfiguration {
        var root = try Setting(yaml: text, file: file)
        let reader = SettingReader()
        var notes: [String] = []
        for (path, value) in overrides {
            let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            do throws(OverrideFailure) {
                try root.override(parts[...], with: value)
                notes.append("\(path) was set on the command line")
            } catch {
                reader.fail(path, at: .commandLine, "leads nowhere", cure: "write a dotted path such as venue.orders.url")
            }
        }
        var configuration = read(
            Section(root, path: "", reader: reader), file: file, mode: mode, catalogue: catalogue, cores: cores)
        guard reader.errors.isEmpty else { throw ConfigurationErrors(reader.errors) }
        configuration.notes.insert(contentsOf: notes, at: 0)
        return configuration
    }

    private static func read(
        _ root: Section, file: String, mode override: RunMode?, catalogue: RunCatalogue, cores: Set<Int>?
    ) -> RunConfiguration {
        let words = RunMode.allCases.map { ($0.name, $0) }
        let written = root.choice("mode", words, else: RunMode.shadow)
        let mode = override ?? written
        let preset = root.contains("preset")
            ? root.choice("preset", Preset.allCases.map { ($0.rawValue, Optional($0)) }, else: nil) : nil
        root.allow("preset")
        let run = root.section("run", cure: "write run: with name and directory")
        let name = run.name("name", cure: "name the run: letters, digits, '-', '_'")
        let directory = run.path("directory", fallback: nil, cure: "name a directory for socket, latch and shared memory")
        run.finish()
        let venue = VenueSettings(
            root.section("venue", cure: "write venue: with kind, URLs and client_id_prefix"), mode: mode, catalogue: catalogue)
        let listed = root.list("instruments", cure: "list at least one instrument: symbol, base, quote")
            .enumerated().map { Section($1, path: "instruments.\($0)", reader: root.reader) }
        var instruments = listed.map { InstrumentSettings($0) }
        let strategies = root.list("strategies", cure: "list at least one strategy: name, parameters")
            .enumerated().map {
                StrategySettings(
                    Section($1, path: "strategies.\($0)", reader: root.reader), instruments: instruments,
                    catalogue: catalogue)
            }
        var unlimited: [UnlimitedLimit] = []
        let limits = RiskLimits(
            root.section("limits", cure: "write limits: with \(RiskLimits.names.joined(separator: ", "))"),
            unlimited: &unlimited)
        for (index, section) in listed.enumerated() {
            instruments[index].limits = InstrumentLimits(section, run: limits)
        }
        let placed = WrittenTopology(root.section("topology", cure: "write topology: with preset: two-cores"))
        let timeouts = TimeoutSettings(root.section("timeouts", cure: "write timeouts: with request, heartbeat, guard"))
        let reconcile = root.section("reconcile", required: false, cure: "write reconcile: with tolerance_bps")
        let tolerance = reconcile.whole(
            "tolerance_bps", in: 0...100, cure: "write 0 to 100 basis points; 0 is exact", default: 0)
        reconcile.finish()
        let feed = root.section("feed", cure: "write feed: with stale_after: 2s")
        let staleAfter = feed.duration("stale_after", cure: "write the age at which the feed is stale, such as 2s")
        feed.finish()
        let journal = JournalSettings(root.section("journal", cure: "write journal: with directory"), below: directory)
        let control = root.section("control", required: false, cure: "write control: with socket")
        let socket = control.path("socket", fallback: directory + "/control.sock", cure: "name the socket file")
        control.finish()
        let person = root.contains("operator")
            ? OperatorSettings(root.section("operator", cure: "write operator: with owner, and deputy")) : nil
        let alerts = root.contains("alerts")
            ? AlertSettings(root.section("alerts", cure: "write alerts: with program, file, socket or none")) : nil
        root.allow("operator", "alerts")
        root.finish()
        var configuration = RunConfiguration(
            file: file, mode: mode, name: name, directory: directory, venue: venue, instruments: instruments,
            strategies: strategies, limits: limits, unlimited: unlimited, topology: placed.topology,
            topologyPreset: placed.preset, timeouts: timeouts,
            reconcileToleranceBps: Int32(tolerance), feedStaleAfter: staleAfter, journal: journal, controlSocket: socket,
            notes: mode == written ? [] : ["the mode was changed from \(written.name) to \(mode.name) on the command line"])
        configuration.preset = preset
        configuration.operator = person
        configuration.alerts = alerts
        configuration.relate(root.reader, cores: cores)
        return configuration
    }
}

extension Section {
    /// A name fit for files: letters, digits, `-`, `_`, up to 40 bytes.
    func name(_ key: String, cure: String) -> String {
        guard let text = text(key, cure: cure) else { return "" }
        let isPlain = text.utf8.allSatisfy { byte in
            (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2D || byte == 0x5F
        }
        if text.isEmpty || text.utf8.count > 40 || !isPlain {
            fail(key, "'\(shown(text))' is not a plain name of 1 to 40 letters, digits, '-' and '_'", cure: cure)
        }
        return text
    }

    /// A file or directory path, without its trailing slash.
    func path(_ key: String, fallback: String?, cure: String) -> String {
        guard let text = text(key, required: fallback == nil, cure: cure) else { return fallback ?? "" }
        if text.isEmpty || text.utf8.contains(0) {
            fail(key, "is not a path", cure: cure)
        }
        return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
