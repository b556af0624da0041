import Foundation
import Glibc

/// Why a lease was not given.
package enum LeaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process holds it; what it wrote about itself.
    case held(path: String, by: String)
    case unusable(path: String, errno: Int32)

    package var description: String {
        switch self {
        case .held(let path, let by):
            return "another engine sends orders with this account and prefix (\(by), lease \(path))\n  cure: end it, or give this "
                + "run another venue.client_id_prefix"
        case .unusable(let path, let code):
            let why = unsafe String(cString: strerror(code))
            return "the lease \(path) cannot be taken (\(why))\n  cure: make its directory "
                + "writable for this user, or name another in NEEDLETAIL_LEASES, the same for every engine of this machine"
        }
    }
}

/// The right to send orders under one prefix at one account, held by one process of this machine for as long as it
/// lives: a locked file in a place that all runs share, whatever their directories are. The kernel drops the lock with
/// the process. Across machines it proves nothing; there the venue's open orders do.
package final class AccountLease {
    package let path: String
    private let descriptor: Int32

    /// The shared place: `NEEDLETAIL_LEASES`, else `needletail` below `XDG_RUNTIME_DIR`, else `/run/needletail` where
    /// that is writable, else one for the user below `/tmp`.
    package static func directory(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String {
        if let named = environment["NEEDLETAIL_LEASES"], named.hasPrefix("/") { return named }
        if let runtime = environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") { return runtime + "/needletail" }
        if unsafe access("/run/needletail", W_OK) == 0 { return "/run/needletail" }
        return "/tmp/needletail-leases-\(getuid())"
    }

    /// Takes the lease of a prefix at an account. `account` is what names it, such as the API key; only a hash of it is written.
    package init(
        venue: String, account: [UInt8], prefix: String, directory: String = AccountLease.directory()
    ) throws(LeaseError) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in venue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        for byte in account { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let name = venue.filter { $0.isLetter || $0.isNumber || $0 == "-" }
        let digits = String(hash, radix: 16)
        let path = "\(directory)/\(name)-\(String(repeating: "0", count: 16 - digits.count))\(digits)-\(prefix).lease"
        self.path = path
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST { throw .unusable(path: path, errno: errno) }
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unusable(path: path, errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw .unusable(path: path, errno: code) }
            let by = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n").first.map(String.init)
            throw .held(path: path, by: by ?? "unnamed")
        }
        ftruncate(descriptor, 0)
        let text = Array("process \(getpid())\n".utf8)
        _ = unsafe write(descriptor, text, text.count)
    }

    /// All that a run needs: one for its key, and one for the account's own number where it is known, so that two keys of one
    /// account do not share a prefix either. Whoever knows no number is told apart by key alone.
    package static func all(
        venue: String, key: [UInt8], number: UInt64?, prefix: String, directory: String = AccountLease.directory()
    ) throws(LeaseError) -> [AccountLease] {
        var leases = [try AccountLease(venue: venue, account: key, prefix: prefix, directory: directory)]
        if let number {
            leases.append(
                try AccountLease(venue: venue, account: Array("account number \(number)".utf8), prefix: prefix, directory: directory))
        }
        return leases
    }

    /// The file stays: one that is unlinked could be locked twice.
    deinit { if descriptor >= 0 { close(descriptor) } }
}
