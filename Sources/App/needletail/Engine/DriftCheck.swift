import Config
import Control
import Foundation
import Glibc
import Launch
import Telemetry

/// Whether the program and the configuration on disk are still those that run: nobody arms what he has not read. Looked
/// at for each step of a ceremony.
struct DriftCheck {
    private let file: String
    private let overrides: [(path: String, value: String)]
    private let hash: UInt64
    private let program: String?
    private let stamp: Stamp?

    private struct Stamp: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int

        init?(_ path: String) {
            var facts = stat()
            guard unsafe stat(path, &facts) == 0 else { return nil }
            device = UInt(facts.st_dev)
            inode = UInt(facts.st_ino)
            size = Int(facts.st_size)
            seconds = facts.st_mtim.tv_sec
            nanoseconds = facts.st_mtim.tv_nsec
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
    func refusal(_ place: String) -> ControlError? { programRefusal(place) ?? configurationRefusal(place) }

    private func programRefusal(_ place: String) -> ControlError? {
        guard let program, let stamp else { return nil }
        let cure = "end the engine (needletail stop --end) and start the program that you mean to run"
        guard let now = Stamp(program), let found = now == stamp ? BuildIdentity.name : BuildIdentity.hash(of: program) else {
            return ControlError(place: place, cause: "the program \(program) is gone from the disk since the start", cure: cure)
        }
        if found == BuildIdentity.name { return nil }
        return ControlError(
            place: place, cause: "the program \(program) on disk is \(found), and \(BuildIdentity.name) runs", cure: cure)
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
