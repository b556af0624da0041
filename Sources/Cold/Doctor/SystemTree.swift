internal import Glibc

/// What came of reading one small file.
package enum Reading: Sendable, Equatable {
    case text(String)
    /// No such file, or no such folder: an older kernel, or a container that shows less.
    case absent
    /// It is there and not for us.
    case forbidden
    case failed(errno: Int32)

    /// The text without white space around it.
    var trimmed: String? {
        guard case .text(let text) = self else { return nil }
        return words(text).joined(separator: " ")
    }

    var integer: Int64? { trimmed.flatMap { Int64($0) } }

    var whyUnseen: String {
        switch self {
        case .text: "not understood"
        case .absent: "not there"
        case .forbidden: "not readable by this user"
        case .failed(let number): "not readable (errno \(number))"
        }
    }
}

/// The pieces of a text between white space.
func words(_ text: some StringProtocol) -> [String] { text.split { $0.isWhitespace }.map { String($0) } }

/// The files below which Linux describes itself, under a root that tests choose. Reads only; never writes.
package struct SystemTree: Sendable {
    /// Empty for the machine itself.
    let root: String

    package init(root: String = "") { self.root = root }

    /// At most 1 MiB of a file.
    func read(_ path: String) -> Reading {
        let file = unsafe open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return Self.failure(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 { return Self.failure(errno) }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return .text(String(decoding: bytes, as: UTF8.self))
    }

    /// The names in a folder in order, without `.` and `..`; empty where it cannot be read.
    func names(_ path: String) -> [String] {
        guard let folder = unsafe opendir(root + path) else { return [] }
        defer { unsafe closedir(folder) }
        var found: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { found.append(name) }
        }
        return found.sorted()
    }

    private static func failure(_ number: Int32) -> Reading {
        switch number {
        case ENOENT, ENOTDIR: .absent
        case EACCES, EPERM: .forbidden
        default: .failed(errno: number)
        }
    }
}
