import Units

extension TimeoutSettings {
    init(_ section: Section) {
        request = section.duration("request", cure: "write how long an answer is awaited, such as 2s")
        let kind = "write how long an answer to it is awaited, such as 2s, or leave it out"
        place = section.duration("place", cure: kind, default: request)
        cancel = section.duration("cancel", cure: kind, default: request)
        amend = section.duration("amend", cure: kind, default: request)
        let pause = "write a pause such as 100ms, or leave it out"
        retry = section.duration("retry", cure: pause, default: Nanoseconds(milliseconds: 100))
        retryMax = section.duration("retry_max", cure: pause, default: Nanoseconds(seconds: 5))
        cancelTries = section.whole("cancel_tries", in: 1...100, cure: "write 1 to 100 tries, or leave it out", default: 6)
        query = section.duration(
            "query", cure: "write the first pause between look-ups, such as 1s, or leave it out", default: Nanoseconds(seconds: 1))
        queryMax = section.duration(
            "query_max", cure: "write the longest pause between look-ups, such as 8s, or leave it out",
            default: Nanoseconds(seconds: 8))
        unknown = section.duration(
            "unknown", cure: "write how long look-ups may take before a person is asked, such as 30s, or leave it out",
            default: Nanoseconds(seconds: 30))
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
