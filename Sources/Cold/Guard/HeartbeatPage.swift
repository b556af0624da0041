import Model
import Rings

/// What a look at the page gave.
package enum HeartbeatReading: Sendable, Equatable {
    /// There is no page: no engine was started here yet.
    case absent
    /// A page without a whole beat: a writer stopped inside its store, or damage. Not a sign of life.
    case unreadable
    case sample(EngineBeat)
}

/// The guard's side of the heartbeat page, a mapped file with one `EngineBeat`. Maps the page when it appears.
package struct HeartbeatPage: ~Copyable {
    private let path: String
    private var reader: LatestReader<EngineBeat>?

    package init(path: String) {
        self.path = path
        reader = nil
    }

    package mutating func read() -> HeartbeatReading {
        if reader == nil {
            do throws(MappingError) {
                let region = try SharedRegion(path: path, byteCount: 0, opening: .existing)
                reader = try? attachLatestReader(of: EngineBeat.self, in: MemoryBlock(mapping: region))
            } catch {
                return error.errno == 2 ? .absent : .unreadable
            }
        }
        var sample = EngineBeat(process: 0, startedAt: .zero)
        guard reader != nil, reader!.tryRead(&sample), sample.isValid else { return .unreadable }
        return .sample(sample)
    }
}
