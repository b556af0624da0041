import Config
import Control
import Foundation
import Glibc
import Launch
import Telemetry

/// Whether the program and the configuration on disk are still those that run: nobody arms what he has not read. Looked
/// at for each step of a ceremony, and once a second.
struct DriftCheck {
    private let file: String
    private let overrides: [(path: String, value: String)]
    private let hash: UInt64
    private let program: String?
    private let stamp: Stamp?
    /// Of the program that stood on disk at the last word of a ceremony, where its stamp was another.
    private var hashed: (stamp: Stamp, name: String?)?
    /// What the last look of `change` found in the configuration.
    private var looked: (stamp: Stamp?, cause: String?)?

    private struct Stamp: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
        /// Of the last change to the file, which nobody can set back as he can the time above.
        var changedSeconds: Int
        var changedNanoseconds: Int

        init?(_ path: String) {
            var facts = stat()
            guard unsafe stat(path, &facts) == 0 else { return nil }
            device = UInt(facts.st_dev)
            inode = UInt(facts.st_ino)
            size = Int(facts.st_size)
            seconds = facts.st_mtim.tv_sec
            nanoseconds = facts.st_mtim.tv_nsec
            changedSeconds = facts.st_ctim.tv_sec
            changedNanoseconds = facts.st_ctim.tv_nsec
        }
    }

    /// To be made at the start, while the program's name still leads to it.
    init(_ configuration: RunConfiguration, overrides: [(path: String, value: String)]) {
        file = URL(filePath: configuration.file).path
        self.overrides = overrides
        hash = configuration.hash
        program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        stamp = program.flatMap(Stamp.init)
    }

    /// Why `place` is refused; `nil` when nothing has changed.
    mutating func refusal(_ place: String) -> ControlError? { programRefusal(place) ?? configurationRefusal(place) }

    /// What has changed, in words, for a look at an interval; `nil` when nothing has. A program with another stamp is not read,
    /// which would take a while on the thread that answers people: it counts as changed until a word of a ceremony has
    /// read it and found it the same. Two system calls where nothing happened.
    mutating func change() -> String? {
        if let program, let stamp {
            guard let now = Stamp(program) else { return "the program \(program) is gone from the disk since the start" }
            if now != stamp, hashed?.stamp != now || hashed?.name != BuildIdentity.name {
                return "the program \(program) was replaced, written or touched on disk since the start"
            }
        }
        let now = Stamp(file)
        if let looked, looked.stamp == now { return looked.cause }
        let cause = configurationRefusal("")?.cause
        looked = (now, cause)
        return cause
    }

    private mutating func programRefusal(_ place: String) -> ControlError? {
        guard let program, let stamp else { return nil }
        func refusal(_ cause: String) -> ControlError {
            ControlError(
                place: place, cause: "the program \(program) \(cause)",
                cure: "end the engine (needletail stop --end) and start the program that you mean to run")
        }
        guard let now = Stamp(program) else { return refusal("is gone from the disk since the start") }
        if now == stamp { return nil }
        // To read all of it takes a while, so it is done once for a file.
        if hashed?.stamp != now { hashed = (now, BuildIdentity.hash(of: program)) }
        guard let found = hashed?.name else { return refusal("is gone from the disk since the start") }
        return found == BuildIdentity.name ? nil : refusal("on disk is \(found), and \(BuildIdentity.name) runs")
    }

    private func configurationRefusal(_ place: String) -> ControlError? {
        let cure = "put the file back as it was, or end the engine (needletail stop --end) and start it with the new one"
        do throws(ConfigurationErrors) {
            let found = try RunConfiguration.load(file: file, overrides: overrides, catalogue: Roster.catalogue)
            if found.hash == hash { return nil }
            return ControlError(
                place: place, cause: "the configuration \(file) on disk has the hash \(found.hashText), and \(hexText(hash)) runs",
                cure: cure)
        } catch {
            let first = error.errors.first.map { "\($0.path.isEmpty ? "" : $0.path + ": ")\($0.cause)" } ?? "it is wrong"
            return ControlError(
                place: place, cause: "the configuration \(file) on disk is no longer what runs: \(first)", cure: cure)
        }
    }
}
