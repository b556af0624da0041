import Glibc
import Synchronization

/// Shows `body` the bytes directly before a page that must not be touched: one byte read past the end is a crash.
public func withGuarded<R>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let region = GuardedRegion.take(bytes.count)
    defer { region.giveBack() }
    let start = region.end - bytes.count
    bytes.withUnsafeBytes { if $0.count > 0 { start.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    return try body(UnsafeRawBufferPointer(start: start, count: bytes.count))
}

/// Shows `body` the bytes with exactly `padding` other bytes behind them and then a page that must not be touched.
public func withPadded<R>(
    _ bytes: [UInt8], padding: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> R
) rethrows -> R {
    try withGuarded(bytes + padding) { try body(UnsafeRawBufferPointer(rebasing: $0[..<bytes.count])) }
}

/// Memory with a page behind it that must not be touched. Small ones are kept and used again: a fuzzer asks often.
private struct GuardedRegion: @unchecked Sendable {
    static let page = 4096
    static let kept = 64 * page
    static let pool = Mutex<[GuardedRegion]>([])

    let base: UnsafeMutableRawPointer
    let byteCount: Int
    var end: UnsafeMutableRawPointer { base + byteCount }

    static func take(_ count: Int) -> GuardedRegion {
        if count <= kept, let used = pool.withLock({ $0.popLast() }) { return used }
        let length = count <= kept ? kept : (count + page - 1) / page * page
        let memory = mmap(nil, length + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        precondition(memory != MAP_FAILED, "no memory for a guarded buffer")
        precondition(mprotect(memory + length, page, PROT_NONE) == 0, "no guard page")
        return GuardedRegion(base: memory, byteCount: length)
    }

    func giveBack() {
        if byteCount == Self.kept {
            // What was shown is gone: a view that outlives its bytes reads nonsense instead of the right thing.
            memset(base + byteCount - Self.page, 0xDD, Self.page)
            Self.pool.withLock { $0.append(self) }
        } else {
            munmap(base, byteCount + Self.page)
        }
    }
}
