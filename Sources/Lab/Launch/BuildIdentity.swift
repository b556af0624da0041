import Foundation

/// Which binary this is: a hash over the executable's bytes, so that a mandate given to one build does not arm another.
package enum BuildIdentity {
    /// `needletail-` and 16 hex digits; computed once, some tens of milliseconds.
    package static let name = hash(of: "/proc/self/exe") ?? "needletail-unknown"

    /// The same of any file; `nil` when it cannot be read.
    package static func hash(of file: String) -> String? {
        guard let data = try? Data(contentsOf: URL(filePath: file), options: .alwaysMapped) else { return nil }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        unsafe data.withUnsafeBytes { bytes in
            var index = 0
            while index + 8 <= bytes.count {
                hash = (hash ^ (unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))) &* 0x0000_0100_0000_01b3
                hash ^= hash >> 29
                index += 8
            }
            // The bytes behind the last whole word, and how many there are in all.
            while index < bytes.count {
                hash = (hash ^ UInt64(unsafe bytes[index])) &* 0x0000_0100_0000_01b3
                index += 1
            }
            hash = (hash ^ UInt64(bytes.count)) &* 0x0000_0100_0000_01b3
            hash ^= hash >> 32
        }
        let digits = String(hash, radix: 16)
        return "needletail-" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
