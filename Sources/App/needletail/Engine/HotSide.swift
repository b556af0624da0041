import Agents
import Gateway
import Model
import Rings

/// The cold side's ends of everything that crosses to the hot threads, and the way to stop them.
struct HotSide: ~Copyable {
    /// Commands and snapshot rows, into the core's order of inputs.
    var cold: RingProducer<Input>
    /// Depth snapshots the parser asks for, and their bodies.
    var snapshotRequests: RingConsumer<SnapshotRequest>
    var snapshots: ByteRingProducer
    var status: LatestReader<EngineStatus>
    var stages: StageReaders
    let gauges: HotGauges
    /// What the market data went through: frames, drops, refusals by reason, reconnects.
    var feed: FeedReaders
    /// The cold side's own beat, which the trade thread watches.
    var coldBeat: HeartbeatWriter
    /// The runners, to be watched and stopped.
    let threads: HotThreads

    /// Ends the runners and waits for their threads.
    func stop() { threads.stop() }
}
