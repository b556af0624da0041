import Control
import Foundation
import Guard
import Model
import Telemetry
import Units

/// What the cold side keeps of the ceremony: the mandates it showed, what was approved last, the open incident.
extension EngineHost {
    /// What would be armed now, compared with the last approval.
    func mandate(lifetime: Nanoseconds) -> Mandate {
        var mandate = plan.mandate(configuration, account: accountWords, lifetime: lifetime)
        mandate.changedLimits = changedLimits
        for index in mandate.caps.indices where index < view.tops.count {
            if let top = view.tops[index] {
                mandate.caps[index].mid = Price(raw: Int64(clamping: (Int128(top.bidPrice.raw) + Int128(top.askPrice.raw)) / 2))
            }
        }
        mandate.standing = standing
        mandate.difference = difference(mandate.facts)
        return mandate
    }

    private func difference(_ facts: [Mandate.Fact]) -> [String] {
        guard FileManager.default.fileExists(atPath: configuration.approvalFile) else { return [] }
        let text = (try? String(contentsOfFile: configuration.approvalFile, encoding: .utf8)) ?? ""
        guard let last = Approval(text: text) else {
            return ["\(configuration.approvalFile) cannot be read: there is nothing to compare with; read every line"]
        }
        let when = Date(timeIntervalSince1970: Double(last.time)).ISO8601Format()
        return last.difference(to: facts, at: when)
    }

    /// Remembers what was shown under a hash, for the confirmation.
    func show(_ mandate: Mandate) {
        shown.removeAll { $0.hash == mandate.hash }
        shown.append(mandate)
        if shown.count > 8 { shown.removeFirst() }
    }

    /// The pieces of an incident's note go into the core's order of inputs; the command follows.
    func writeIncident(_ text: String, operatorID: UInt32) {
        note(.incident, operatorID, text)
        noteText = text
    }

    /// Keeps on disk what the core decided about incidents and mandates; each turn, right behind the journal.
    func keepArming() {
        for news in view.takeArmingNews() {
            do {
                try keep(news)
            } catch {
                view.append(clock.now(), "INCIDENT_FILE", .critical, "\(configuration.incidentFile): \(error)")
            }
        }
    }

    private func keep(_ news: ArmingNews) throws {
        let file = IncidentFile(path: configuration.incidentFile)
        switch news {
        case .opened(let change):
            // Nobody arms again before the venue was asked since.
            truthSchedule.hurry()
            let record = IncidentTrail.after(incident, change, at: clock.wall())
            incident = record
            try file.write(record)
        case .noted(let operatorID):
            guard var record = incident else { return }
            record.noteBy = "uid \(operatorID)"
            record.note = noteText
            incident = record
            try file.write(record)
        case .confirmed(let hash, let operatorID):
            incident = nil
            try file.remove()
            guard let mandate = shown.last(where: { $0.hash == hash }) else { return }
            let approval = Approval(
                time: clock.wall().raw / 1_000_000_000, operatorID: operatorID, hash: hash, facts: mandate.facts)
            try approval.text.write(toFile: configuration.approvalFile, atomically: true, encoding: .utf8)
        }
    }

    /// Tells the core what the run before left open, before anybody else can say a word to it.
    func recall(_ record: IncidentRecord) {
        incident = record
        let trip = Trip.allCases.first { $0.name == record.trip } ?? .other
        recall(trip, isNoted: record.note != nil)
        do {
            try IncidentFile(path: configuration.incidentFile).write(record)
        } catch {
            view.append(clock.now(), "INCIDENT_FILE", .critical, "\(configuration.incidentFile): \(error)")
        }
    }

    /// The account's own number where the venue gives one and has said it, `NEEDLETAIL_API_KEY`, and a fingerprint of what is in it: enough to tell two keys apart, nothing to sign with.
    var accountWords: String {
        guard let account = configuration.venue.account, configuration.mode == .live else {
            return "none: \(configuration.mode.name) reads no key"
        }
        let number = self.account.told.map { "number \($0), " } ?? ""
        return number + "key \(keyFingerprint) in \(account.apiKeyVariable), signed by \(account.method.rawValue); orders are named "
            + "\(configuration.venue.clientIDPrefix)..."
    }
}

/// What the core decided that has to outlive the process.
enum ArmingNews {
    case opened(StateChange)
    case noted(by: UInt32)
    case confirmed(hash: UInt64, by: UInt32)
}
