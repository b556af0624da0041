import Glibc
import Units

/// Where alerts go.
package enum AlertOutlet: Sendable, Equatable {
    case program(path: String, arguments: [String])
    case file(String)
    case socket(String)

    /// Why alerts would not arrive, as far as a look without a delivery shows it; `nil` when nothing is known against it.
    package var problem: String? {
        guard case .program(let path, _) = self else { return nil }
        if unsafe access(path, X_OK) != 0 { return "\(path) is not a program that this user may run" }
        return nil
    }

    /// Delivers one JSON text and waits for what comes of it, `timeout` at most. May block: for the courier's queue only.
    /// `nil` when it was delivered, else why not.
    func deliver(_ text: String, timeout: Nanoseconds) -> String? {
        switch self {
        case .program(let path, let arguments): return ProgramRun(path, arguments).deliver(text, timeout: timeout)
        case .file(let path): return Self.append(text, to: path)
        case .socket(let path): return Self.send(text, to: path)
        }
    }

    private static func append(_ text: String, to path: String) -> String? {
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
        guard descriptor >= 0 else { return "\(path) cannot be opened (errno \(errno))" }
        defer { close(descriptor) }
        let bytes = Array((text + "\n").utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress!, $0.count) }
        guard written == bytes.count, fdatasync(descriptor) == 0 || errno == EINVAL else {
            return "\(path) cannot be written (errno \(errno))"
        }
        return nil
    }

    private static func send(_ text: String, to path: String) -> String? {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return "no socket can be made (errno \(errno))" }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return "\(path) is too long" }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let bytes = Array(text.utf8)
        let sent = unsafe bytes.withUnsafeBytes { body in
            unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe sendto(
                        descriptor, body.baseAddress!, body.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0,
                        socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        return sent == bytes.count ? nil : "\(path) does not take it (errno \(errno))"
    }
}
