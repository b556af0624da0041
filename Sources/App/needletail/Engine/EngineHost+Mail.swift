import Foundation
import Gateway
import Model
import Rest
import Rings
import Telemetry
import Units
import VenueKit

/// What the hot threads hand to the cold one: doubtful messages, and questions for a depth snapshot.
extension EngineHost {
    /// What the hot threads did not believe, into the bounded log.
    func takeQuarantined() -> Int {
        var work = 0
        while let message = hot.quarantine.next() {
            work += 1
            quarantine.append(QuarantineLine(message))
        }
        return work
    }

    func deliverSnapshots() -> Int {
        var work = 0
        while let request = hot.snapshotRequests.tryPop() {
            work += 1
            guard let outgoing = adapter.depthSnapshot(InstrumentID(request.instrument)) else { continue }
            let (rest, inbox) = (rest, snapshots)
            Task {
                let answer = try? await rest.send(outgoing)
                inbox.put((request.tag, answer?.status == 200 ? answer?.body ?? [] : []))
            }
        }
        for (tag, body) in snapshots.takeAll() {
            work += 1
            let now = clock.now().raw
            let taken = unsafe body.withUnsafeBytes {
                unsafe hot.snapshots.tryPush($0, tag: tag, time: now)
            }
            if !taken { view.append(clock.now(), "SNAPSHOT_DROPPED", .warning, "no room for a depth snapshot") }
        }
        return work
    }
}
