import CPlatform

/// Why a file could not be mapped: the step's `errno`.
public struct MappingError: Error, Sendable, Hashable {
    public let errno: Int32
    public init(errno: Int32) { self.errno = errno }
}

/// A file mapped shared and writable, of mode 0600 and owned by this user; unmapped when the value dies.
///
/// What is stored survives the process (not the machine, unless `synchronize` was called). Cold thread only.
@safe public struct SharedRegion: ~Copyable, @unchecked Sendable {
    /// First byte; page aligned.
    public let base: UnsafeMutableRawPointer
    public let byteCount: Int
    /// Whether this call gave the file its content (all zero).
    public let wasCreated: Bool

    public enum Opening: Int32, Sendable {
        /// The file must be there, at least as large as asked for.
        case existing = 0
        /// Opened, or made and grown when absent or smaller.
        case existingOrNew = 1
        /// The file must not be there.
        case new = 2
    }

    /// Maps `path`; `byteCount` 0 with `.existing` means the size the file has. Disk space is taken at once.
    public init(path: String, byteCount: Int, opening: Opening) throws(MappingError) {
        precondition(byteCount >= 0, "size must not be negative")
        var mapping = unsafe platform_mapping()
        let status = unsafe platform_map_shared(path, byteCount, opening.rawValue, &mapping)
        guard status == 0, let base = unsafe mapping.base else { throw MappingError(errno: status) }
        unsafe self.base = unsafe base
        self.byteCount = unsafe mapping.byte_count
        wasCreated = unsafe mapping.created != 0
    }

    deinit { _ = unsafe platform_unmap(base, byteCount) }

    /// Brings every page in now, so that no page fault comes later.
    public func prefault() throws(MappingError) {
        let status = unsafe platform_prefault(base, byteCount)
        if status != 0 { throw MappingError(errno: status) }
    }

    /// Writes through to the file and waits; slow (disk).
    public func synchronize() throws(MappingError) {
        let status = unsafe platform_sync_mapping(base, byteCount)
        if status != 0 { throw MappingError(errno: status) }
    }
}
