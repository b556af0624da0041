import Model

/// A halt whose latch is missing: the process died between the core's halt and the latch.
package enum HaltTrail {
    /// The newest halt in these segments that neither a latch nor its removal follows, nor another state. Reads as far as
    /// the records are sound. Cold; the size of the segments.
    package static func unlatched(in segments: [String]) -> StateChange? {
        var reader = JournalReader(files: segments)
        var halt: StateChange?
        while true {
            let record: Record?
            do throws(JournalDamage) { record = try reader.next() } catch { break }
            guard let record else { break }
            if case .note(let note)? = Input(record: record), note.kind == .latched || note.kind == .unlatch { halt = nil }
            if case .state(let change)? = Output(record: record) { halt = change.to == .halted ? change : nil }
        }
        return halt
    }
}
