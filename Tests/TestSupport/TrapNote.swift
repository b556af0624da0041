import Glibc

/// What a fuzzer is trying right now, kept where a signal handler can read it: when the code under test traps, the
/// process is lost, but the input is printed before.
enum TrapNote {
    struct Note {
        var thread: pthread_t = 0
        var name: UnsafeMutablePointer<CChar>?
        var bytes: UnsafeMutablePointer<UInt8>
        var count = 0
        var old: (sigaction, sigaction, sigaction, sigaction, sigaction)
    }

    static let bytesMax = 1 << 20
    private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT]
    nonisolated(unsafe) static let note: UnsafeMutablePointer<Note> = {
        let note = UnsafeMutablePointer<Note>.allocate(capacity: 1)
        let none = sigaction()
        note.initialize(to: Note(bytes: .allocate(capacity: bytesMax), old: (none, none, none, none, none)))
        return note
    }()

    /// The handlers are in place during `body`. One fuzzer at a time: the caller holds a lock.
    static func watching<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
        note.pointee.thread = pthread_self()
        note.pointee.name = strdup(name)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { TrapNote.trapped($0) }
        withOld { old in
            for (index, signal) in signals.enumerated() { sigaction(signal, &action, &old[index]) }
        }
        defer {
            withOld { old in
                for (index, signal) in signals.enumerated() { sigaction(signal, &old[index], nil) }
            }
            free(note.pointee.name)
            note.pointee.name = nil
            note.pointee.thread = 0
        }
        return try body()
    }

    static func trying(_ bytes: [UInt8]) {
        let count = min(bytes.count, bytesMax)
        bytes.withUnsafeBufferPointer { if count > 0 { note.pointee.bytes.update(from: $0.baseAddress!, count: count) } }
        note.pointee.count = count
    }

    private static func withOld(_ body: (UnsafeMutablePointer<sigaction>) -> Void) {
        withUnsafeMutablePointer(to: &note.pointee.old) {
            $0.withMemoryRebound(to: sigaction.self, capacity: signals.count, body)
        }
    }

    /// Writes the note, puts the former handlers back and returns: the faulting instruction then meets those.
    private static func trapped(_ signal: Int32) {
        if note.pointee.thread == pthread_self(), let name = note.pointee.name {
            put("\nfuzzer \"")
            write(2, name, strlen(name))
            put("\" trapped. Again with NEEDLETAIL_FUZZ_INPUT=")
            let digits: StaticString = "0123456789abcdef"
            for index in 0..<note.pointee.count {
                let byte = Int(note.pointee.bytes[index])
                write(2, digits.utf8Start + byte / 16, 1)
                write(2, digits.utf8Start + byte % 16, 1)
            }
            put("\n")
        }
        withOld { old in
            sigaction(SIGILL, old, nil)
            sigaction(SIGTRAP, old + 1, nil)
            sigaction(SIGSEGV, old + 2, nil)
            sigaction(SIGBUS, old + 3, nil)
            sigaction(SIGABRT, old + 4, nil)
        }
        if signal == SIGABRT { raise(signal) }
    }

    private static func put(_ text: StaticString) { write(2, text.utf8Start, text.utf8CodeUnitCount) }
}
