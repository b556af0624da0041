import Units

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
        syncInterval = section.duration("sync_interval", cure: "write a time span such as 10ms", default: Nanoseconds(milliseconds: 10))
        section.finish()
    }
}
