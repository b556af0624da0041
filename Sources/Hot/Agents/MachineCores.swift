import CPlatform

/// The cores of this machine that this process may use, as its affinity mask says at the moment of asking. Cold.
///
/// The mask is the calling thread's: to be read before any thread is pinned.
public enum MachineCores {
    public static func allowed() -> Set<Int> {
        Set((0..<1024).filter { platform_core_allowed(Int32($0)) != 0 })
    }
}
