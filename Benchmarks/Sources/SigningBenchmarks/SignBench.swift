import BenchKit
import Signing
import Wire

/// Signatures over a request of 200 bytes.
public enum SignBench {
    public static let benchmark = Benchmark("sign", "signatures over a request of 200 bytes", run: run)

    static func run(_ plan: BenchPlan) throws -> BenchReport {
        let hmac = Series("sign_hmac_sha256", "200-byte request, precomputed key pads; batches of 4")
        let session = Series("sign_ed25519", "200-byte request; needed once a session; single calls")
        let signer = HMACSigner(key: Array("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j".utf8))
        guard let logon = Ed25519Signer(seed: Array(0..<32)) else { throw BenchError("the benchmark's key was refused") }
        var request = [UInt8](repeating: UInt8(ascii: "x"), count: 200)
        for _ in 0..<plan.repeats {
            plan.measure(hmac, batches: 10_000, size: 4) { call in
                request[call % 200] ^= 1
                consume(unsafe request.withUnsafeBytes { unsafe signer.sign(ByteView($0))[0] })
            }
            plan.measure(session, batches: 1_000, size: 1) { call in
                request[call % 200] ^= 1
                consume(unsafe request.withUnsafeBytes { unsafe logon.sign(ByteView($0))[0] })
            }
        }
        return BenchReport(
            series: [hmac, session],
            goals: [Goal("HMAC-SHA256 of 200 bytes, p50", hmac.percentile(0.5), target: 220, unit: "ns")])
    }
}
