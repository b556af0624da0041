import CPlatform
import Glibc
import Testing

@testable import Rings

/// A small seeded generator (SplitMix64), so that a failing property test can be run again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A generator with a fresh seed, which is printed, or the one in NEEDLETAIL_SEED.
func seededGenerator(_ test: String = #function) -> SeededGenerator {
    let given = getenv("NEEDLETAIL_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("seed \(seed) \(test)")
    return SeededGenerator(state: seed)
}

/// Runs `body` on a thread of its own.
final class TestThread {
    private var handle = pthread_t()
    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    init(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        let status = pthread_create(&handle, nil, { context in
            Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
            return nil
        }, context)
        precondition(status == 0)
    }

    func join() { pthread_join(handle, nil) }
}

/// A value that moves into a thread once.
final class Baton<T: ~Copyable>: @unchecked Sendable {
    private var value: T?
    init(_ value: consuming T) { self.value = consume value }
    func take() -> T { value.take()! }
}

/// A bound for loops that wait on another thread.
struct Deadline {
    let end = platform_monotonic_ns() + 60_000_000_000
    var passed: Bool { platform_monotonic_ns() > end }
}

/// A path for a mapped file of this test, removed when the value dies.
final class ScratchFile {
    let path: String
    init(_ name: String) { path = "/dev/shm/needletail-test-\(platform_process_id())-\(name)" }
    deinit { unlink(path) }
}

/// `#expect` for conditions on noncopyable values, which the macro cannot take apart.
func expect(_ condition: Bool, _ location: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: location)
}
