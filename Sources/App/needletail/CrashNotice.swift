import Glibc

/// Lines to be printed when the process is ended by a trap or a signal: which seeds were played then. Written by plain
/// write(2) from memory taken before, as a signal handler must.
enum CrashNotice {
    static let placesMax = 64
    private static let placeBytes = 512
    nonisolated(unsafe) private static let memory: UnsafeMutablePointer<UInt8> = {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: placesMax * placeBytes)
        unsafe memory.initialize(repeating: 0, count: placesMax * placeBytes)
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
            signal(number) { number in
                CrashNotice.tell()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        return unsafe memory
    }()

    /// Keeps a line for a thread; an empty one takes it back. Precondition: `place` is one of `placesMax`.
    static func set(_ line: String, place: Int) {
        precondition(place >= 0 && place < placesMax, "a place of the notice's memory")
        let bytes = Array(line.utf8.prefix(placeBytes - 2))
        let start = unsafe memory + place * placeBytes
        for (index, byte) in bytes.enumerated() { unsafe start[index] = byte }
        unsafe start[bytes.count] = bytes.isEmpty ? 0 : UInt8(ascii: "\n")
        unsafe start[bytes.count + 1] = 0
    }

    private static func tell() {
        for place in 0..<placesMax {
            let start = unsafe memory + place * placeBytes
            var count = 0
            while count < placeBytes, unsafe start[count] != 0 { count += 1 }
            if count > 0 { _ = unsafe write(2, start, count) }
        }
    }
}
