import Glibc

/// The few system calls of a Unix stream socket; every unsafe expression of the module is in this file. Descriptors are
/// non-blocking and close on exec.
enum UnixSocket {
    /// Result of a read or write that does not wait.
    enum Progress {
        case bytes(Int)
        case notNow
        case gone
    }

    static func describe(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    private static func make() -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return socket(AF_UNIX, kind, 0)
    }

    /// Runs `body` on the address of `path`; `nil` when the path is empty or longer than the 107 bytes the kernel takes.
    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < room, !bytes.contains(0) else { return nil }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Connects; the descriptor, or the negative error number.
    static func connect(_ path: String) -> Int32 {
        let descriptor = make()
        guard descriptor >= 0 else { return -errno }
        let result = unsafe withAddress(path) { unsafe Glibc.connect(descriptor, $0, $1) }
        guard let result else {
            close(descriptor)
            return -ENAMETOOLONG
        }
        if result == 0 { return descriptor }
        let code = errno
        close(descriptor)
        return -code
    }

    /// Binds with mode 0600 and listens; the descriptor, or the negative error number.
    static func listen(_ path: String) -> Int32 {
        let descriptor = make()
        guard descriptor >= 0 else { return -errno }
        let before = umask(0o177)
        let bound = unsafe withAddress(path) { unsafe bind(descriptor, $0, $1) }
        let code = errno
        umask(before)
        guard let bound else {
            close(descriptor)
            return -ENAMETOOLONG
        }
        guard bound == 0 else {
            close(descriptor)
            return -code
        }
        guard unsafe chmod(path, 0o600) == 0, Glibc.listen(descriptor, 8) == 0 else {
            let code = errno
            close(descriptor)
            remove(path)
            return -code
        }
        return descriptor
    }

    /// A waiting client, or `nil`.
    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// User id of the process at the other end, as the kernel knows it (`struct ucred`: pid, uid, gid).
    static func peerUser(_ descriptor: Int32) -> UInt32? {
        var credentials: InlineArray<3, UInt32> = [0, 0, 0]
        var size = socklen_t(12)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size)
        return result == 0 && size == 12 ? credentials[1] : nil
    }

    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Progress {
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        return progress(count, zeroIsGone: true)
    }

    /// What has come, without taking it.
    static func peek(_ descriptor: Int32, into buffer: inout [UInt8]) -> Progress {
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_PEEK | MSG_DONTWAIT))
        }
        return progress(count, zeroIsGone: true)
    }

    static func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Progress {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        return progress(count, zeroIsGone: false)
    }

    private static func progress(_ count: Int, zeroIsGone: Bool) -> Progress {
        if count > 0 { return .bytes(count) }
        if count == 0 { return zeroIsGone ? .gone : .bytes(0) }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .notNow : .gone
    }

    /// Waits until readable (or writable), at most `milliseconds`. Clients only: the server never waits.
    static func wait(_ descriptor: Int32, forWriting: Bool, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(forWriting ? POLLOUT : POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
    static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// What is at a path, not following a link: type and permission bits, owner and inode; `nil` when nothing is.
    static func look(_ path: String) -> (mode: UInt32, owner: UInt32, inode: UInt64)? {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else { return nil }
        return (facts.st_mode, facts.st_uid, UInt64(facts.st_ino))
    }

    /// Makes a directory of mode 0700; 0 or the error number.
    static func makeDirectory(_ path: String) -> Int32 {
        unsafe mkdir(path, 0o700) == 0 ? 0 : errno
    }

    static func monotonicMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
