import Foundation
import Testing

@testable import Guard

@Suite struct AccountLeaseTests {
    private let directory = NSTemporaryDirectory() + "needletail-lease-\(UUID().uuidString)"

    @Test("A prefix at an account is leased once on a machine, and again when its holder is gone")
    func once() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var first: AccountLease? = try AccountLease(venue: "v", account: Array("key".utf8), prefix: "nt-", directory: directory)
        let path = try #require(first?.path)
        do {
            _ = try AccountLease(venue: "v", account: Array("key".utf8), prefix: "nt-", directory: directory)
            Issue.record("leased twice")
        } catch {
            #expect(error == .held(path: path, by: "process \(getpid())"))
            #expect(error.description.contains("cure: end it"))
        }
        // Another prefix, account or venue is another lease.
        let others = try [
            AccountLease(venue: "v", account: Array("key".utf8), prefix: "xy-", directory: directory),
            AccountLease(venue: "v", account: Array("other".utf8), prefix: "nt-", directory: directory),
            AccountLease(venue: "w", account: Array("key".utf8), prefix: "nt-", directory: directory),
        ]
        #expect(Set(others.map(\.path) + [path]).count == 4)
        first = nil
        let again = try AccountLease(venue: "v", account: Array("key".utf8), prefix: "nt-", directory: directory)
        #expect(again.path == path)
    }

    @Test("Two keys of one account share no prefix where the account's number is known, and one key never does")
    func number() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func take(_ key: String, _ number: UInt64?, _ prefix: String = "nt-") throws(LeaseError) -> [AccountLease] {
            try AccountLease.all(venue: "v", key: Array(key.utf8), number: number, prefix: prefix, directory: directory)
        }
        func isHeld(_ key: String, _ number: UInt64?) -> Bool {
            do throws(LeaseError) {
                _ = try take(key, number)
                return false
            } catch {
                if case .held = error { return true }
                return false
            }
        }
        var first = try take("key", 354_937_868)
        #expect(first.count == 2)
        #expect(isHeld("key", 354_937_868) && isHeld("key", nil) && isHeld("key", 1), "the same key")
        #expect(isHeld("other", 354_937_868), "another key of the account")
        #expect(!isHeld("other", nil) && !isHeld("other", 1), "nobody knows, or it is another account")
        #expect(try take("other", 354_937_868, "xy-").count == 2, "another prefix")
        first = []
        #expect(!isHeld("other", 354_937_868), "nothing is left of a lease that was refused or given back")
        #expect(!isHeld("key", nil))
    }

    @Test("No key stands in a lease, and a place that cannot be used is an error with its cure")
    func unusable() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let lease = try AccountLease(venue: "v", account: Array("canary-secret".utf8), prefix: "nt-", directory: directory)
        #expect(!lease.path.contains("canary"))
        #expect(!(try String(contentsOfFile: lease.path, encoding: .utf8)).contains("canary"))
        do {
            _ = try AccountLease(venue: "v", account: Array("k".utf8), prefix: "nt-", directory: "/proc/nowhere/leases")
            Issue.record("leased nowhere")
        } catch {
            if case .held = error { Issue.record("\(error)") }
            #expect(error.description.contains("NEEDLETAIL_LEASES"))
        }
    }

    @Test("All engines of a machine look in the same place")
    func place() {
        #expect(AccountLease.directory(["NEEDLETAIL_LEASES": "/a/b"]) == "/a/b")
        #expect(AccountLease.directory(["XDG_RUNTIME_DIR": "/run/user/5"]) == "/run/user/5/needletail")
        #expect(AccountLease.directory([:]).hasPrefix("/"))
    }
}
