import Agents
import Rings

/// The guard's beat, in shared memory of the run's directory: its mark says that the process lives, this that it turns.
enum GuardBeat {
    private static func region(_ directory: String, _ opening: SharedRegion.Opening) -> MemoryBlock? {
        let path = directory + "/guard.shm"
        guard let region = try? SharedRegion(path: path, byteCount: HeartbeatWriter.byteCount, opening: opening) else { return nil }
        return MemoryBlock(mapping: region)
    }

    /// The guard's side; `nil` where the directory cannot be written to.
    static func writer(directory: String) -> HeartbeatWriter? {
        region(directory, .existingOrNew).map { HeartbeatWriter(in: $0) }
    }
    /// The engine's side; `nil` while no guard was ever started here.
    static func reader(directory: String) -> HeartbeatReader? {
        region(directory, .existing).map { HeartbeatReader(in: $0, at: 0) }
    }
}
