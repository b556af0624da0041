import Glibc

/// Shows `body` the bytes directly before a page that must not be touched: one byte read past the end is a crash.
public func withGuarded<R>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let page = 4096
    let length = (bytes.count + page - 1) / page * page + page
    let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    precondition(memory != MAP_FAILED, "no memory for a guarded buffer")
    defer { munmap(memory, length) }
    precondition(mprotect(memory + (length - page), page, PROT_NONE) == 0, "no guard page")
    let start = memory + (length - page - bytes.count)
    bytes.withUnsafeBytes { if $0.count > 0 { start.copyMemory(from: $0.baseAddress!, byteCount: $0.count) } }
    return try body(UnsafeRawBufferPointer(start: start, count: bytes.count))
}
