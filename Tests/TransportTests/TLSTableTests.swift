import Foundation
import TestSupport
import Testing
import Transport

/// The bad-server table: what a TLS link accepts and refuses, against `openssl s_server`.
@Suite(.serialized) struct TLSTableTests {
    enum Want { case connect, untrusted, tls, connectOrTLS }
    struct Row {
        let name: String
        let certificate: String
        let arguments: String
        let want: Want
    }

    static let rows = [
        Row(name: "good", certificate: "good", arguments: "", want: .connect),
        Row(name: "tls1.2 only", certificate: "good", arguments: "-tls1_2", want: .connect),
        Row(name: "tls1.3 only", certificate: "good", arguments: "-tls1_3", want: .connect),
        Row(name: "no ALPN answer", certificate: "good", arguments: "", want: .connect),
        Row(name: "ALPN says http/1.1", certificate: "good", arguments: "-alpn http/1.1", want: .connect),
        Row(name: "ALPN says h2", certificate: "good", arguments: "-alpn h2", want: .connectOrTLS),
        Row(name: "CBC-SHA1 suite", certificate: "good", arguments: "-tls1_2 -cipher AES128-SHA", want: .tls),
        Row(name: "wrong host", certificate: "wrong-host", arguments: "", want: .untrusted),
        Row(name: "host only in CN", certificate: "cn-only", arguments: "", want: .untrusted),
        Row(name: "wildcard of a child domain", certificate: "wildcard", arguments: "", want: .untrusted),
        Row(name: "suffix trick", certificate: "suffix", arguments: "", want: .untrusted),
        Row(name: "IP-only SAN", certificate: "ip-only", arguments: "", want: .untrusted),
        Row(name: "expired", certificate: "expired", arguments: "", want: .untrusted),
        Row(name: "not yet valid", certificate: "future", arguments: "", want: .untrusted),
        Row(name: "self-signed", certificate: "self", arguments: "", want: .untrusted),
        Row(name: "client-auth EKU", certificate: "client-eku", arguments: "", want: .untrusted),
        Row(name: "1024-bit RSA", certificate: "weak", arguments: "-cipher DEFAULT@SECLEVEL=0", want: .untrusted),
        Row(name: "TLS 1.0 only", certificate: "good", arguments: "-tls1 -cipher DEFAULT@SECLEVEL=0", want: .tls),
        Row(name: "TLS 1.1 only", certificate: "good", arguments: "-tls1_1 -cipher DEFAULT@SECLEVEL=0", want: .tls),
        Row(name: "NULL cipher", certificate: "good", arguments: "-tls1_2 -cipher eNULL:@SECLEVEL=0", want: .tls),
    ]

    /// A folder with the throw-away certificates, or nil after the skip was named.
    static func certificates(for test: String) throws -> URL? {
        guard let script = SharedFiles.file("conformance/tls/make_certs.sh", for: test) else { return nil }
        let folder = try temporaryFolder()
        guard Child(["bash", script.path, folder.path])?.status() == 0 else {
            SharedFiles.skip(test, "certificates cannot be made: openssl or faketime is missing")
            return nil
        }
        return folder
    }

    static func outcome(
        _ row: Row, _ folder: URL, host: String, records: TLSRecordProvider = .openssl
    ) throws -> (Recorder, String) {
        let port = freePort()
        let words = ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "\(row.certificate).pem",
            "-key", "\(row.certificate).key", "-quiet"] + row.arguments.split(separator: " ").map(String.init)
        let server = Child(words, in: folder)
        defer { withExtendedLifetime(server) {} }
        var configuration = localConfiguration(port: port, host: host)
        configuration.content = .raw
        configuration.records = records
        var recorder = Recorder()
        recorder.closeOnOpen = true
        let context = try TLSContext(caFile: folder.appendingPathComponent("ca.pem").path)
        return try drive(configuration, tls: context, seconds: 8, recorder)
    }

    @Test(arguments: TLSRecordProvider.allCases)
    func everyRowOfTheTableIsAcceptedOrRefusedAsItMust(records: TLSRecordProvider) throws {
        guard let folder = try Self.certificates(for: "TLS table") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        for row in Self.rows {
            let (recorder, failure) = try Self.outcome(row, folder, host: "venue.test", records: records)
            let isConnected = recorder.opened == 1 && recorder.reason == .requested
            switch row.want {
            case .connect: #expect(isConnected, "\(row.name): \(String(describing: recorder.reason)) \(failure)")
            case .untrusted: #expect(recorder.opened == 0 && recorder.reason == .untrusted, "\(row.name): \(failure)")
            case .tls:
                #expect(recorder.opened == 0 && recorder.reason == .tls, "\(row.name): \(String(describing: recorder.reason))")
            case .connectOrTLS:
                #expect(isConnected || (recorder.opened == 0 && recorder.reason == .tls), "\(row.name)")
            }
            if row.want == .untrusted || row.want == .tls { #expect(!failure.isEmpty, "\(row.name) gives no reason") }
        }
    }

    @Test func anExpectedIPAddressIsCheckedAgainstIPNamesOnly() throws {
        guard let folder = try Self.certificates(for: "TLS IP names") else { return }
        defer { try? FileManager.default.removeItem(at: folder) }
        let right = Row(name: "ip", certificate: "ip-only", arguments: "", want: .connect)
        #expect(try Self.outcome(right, folder, host: "127.0.0.1").0.opened == 1)
        #expect(try Self.outcome(right, folder, host: "127.0.0.2").0.reason == .untrusted)
    }

    @Test func aMissingTrustFileSaysWhatToDo() {
        #expect(throws: TransportError.self) { try TLSContext(caFile: "/nonexistent/ca.pem") }
        do { _ = try TLSContext(caFile: "/nonexistent/ca.pem") } catch { #expect("\(error)".contains("Cure")) }
    }
}
