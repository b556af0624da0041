import Agents
import Gateway
import Model
import Rings
import VenueKit

/// The cold side's ends of everything that crosses to the hot threads, and the way to stop them.
struct HotSide: ~Copyable {
    /// Commands and snapshot rows, into the core's order of inputs.
    var cold: RingProducer<Input>
    /// For kills, ahead of `cold`; taken by whoever hears the operator first.
    var urgent: RingProducer<Input>?
    /// What the trade thread shows of kills.
    let kills: GaugeBoard
    /// Depth snapshots the parser asks for, and their bodies.
    var snapshotRequests: RingConsumer<SnapshotRequest>
    var snapshots: ByteRingProducer
    var status: LatestReader<EngineStatus>
    var stages: StageReaders
    let gauges: HotGauges
    /// Messages that were not believed.
    var quarantine: QuarantineReaders
    /// What the market data went through: frames, drops, refusals by reason, reconnects.
    var feed: FeedReaders
    /// The cold side's own beat, which the trade thread watches.
    var coldBeat: HeartbeatWriter
    /// The runners, to be watched and stopped.
    let threads: HotThreads

    /// Ends the runners and waits for their threads.
    func stop() { threads.stop() }
}

/// The ends of the rings that quarantined messages cross: of the market data, and of the order link where there is one.
struct QuarantineReaders: ~Copyable {
    var market: RingConsumer<QuarantinedMessage>
    var orders: RingConsumer<QuarantinedMessage>

    /// The next message of either, or `nil`.
    mutating func next() -> QuarantinedMessage? { market.tryPop() ?? orders.tryPop() }
}
