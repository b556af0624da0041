import CPlatform
import Glibc
import Synchronization
import Units

/// Who hears the control socket first: a thread that does nothing but wait at it, so that a kill waits for no disk and no
/// answer to somebody else.
///
/// It accepts, looks at what came in without taking it, and hands a kill on at once; then it wakes the cold loop, which
/// reads the same bytes, writes the latch and answers. A kill that it does not see whole (a line in two pieces, of which
/// the loop took the first) is carried out by the loop alone. Nothing but a kill goes ahead, and it may go ahead twice, when
/// more comes before the loop has read it: a second one changes nothing.
package final class ControlDoor: @unchecked Sendable {
    /// Carries a kill out. `user` asks for it; on the door's thread, must not block.
    package typealias Kill = @Sendable (_ user: UInt32) -> Void

    private struct Arrivals {
        var thread: Int32 = 0
        var clients: [(descriptor: Int32, user: UInt32)] = []
        var refused: UInt64 = 0
        var turns: UInt64 = 0
    }

    private let listener: Int32
    private let watch: Int32
    private let end = Bell()
    private let loop: Bell
    private let kill: Kill
    /// It turns at least so often, so that whoever watches it sees it live.
    private static let beatMilliseconds: Int32 = 250
    /// How often the door's thread has turned, at least four times a second; any thread.
    package var turns: UInt64 { arrivals.withLock { $0.turns } }
    private let arrivals = Mutex(Arrivals())
    /// The kernel's id of the door's thread; 0 before it runs.
    package var thread: Int32 { arrivals.withLock { $0.thread } }
    private var handle = pthread_t()
    private var isRunning = false
    /// Of the door's thread: the longest line and its end.
    private var buffer = [UInt8](repeating: 0, count: ControlRequest.maximumLineBytes + 1)

    /// Begins to wait at a listening socket, whose owner keeps it. `loop` wakes the thread that steps the server.
    init(listener: Int32, loop: Bell, kill: @escaping Kill) throws(ControlError) {
        self.listener = listener
        self.loop = loop
        self.kill = kill
        watch = platform_watch_create()
        var code = watch < 0 ? -watch : platform_watch_add(watch, end.descriptor)
        if code == 0 { code = platform_watch_add(watch, listener) }
        if code == 0 { code = start() }
        isRunning = code == 0
        guard code == 0 else {
            throw ControlError(
                place: "the control socket", cause: "nobody can wait at it: \(UnixSocket.describe(code))",
                cure: "raise the limits of open files and processes (ulimit -n, -u)")
        }
    }

    deinit { if watch >= 0 { UnixSocket.close(watch) } }

    /// Ends the thread and waits for it. To be called by the owner: the thread keeps the door alive until then.
    func close() {
        guard isRunning else { return }
        isRunning = false
        end.ring()
        pthread_join(handle, nil)
        for client in arrivals.withLock({ $0.clients }) { UnixSocket.close(client.descriptor) }
    }

    /// The oldest client that came since, for the cold loop.
    func next() -> (descriptor: Int32, user: UInt32)? {
        arrivals.withLock { $0.clients.isEmpty ? nil : $0.clients.removeFirst() }
    }

    /// Peers refused by their credentials since the last call.
    func takeRefused() -> UInt64 {
        arrivals.withLock { held in
            defer { held.refused = 0 }
            return held.refused
        }
    }

    private func start() -> Int32 {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        // All of it is locked in memory.
        unsafe pthread_attr_setstacksize(&attributes, 256 << 10)
        let context = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(&handle, &attributes, { context in
            unsafe Unmanaged<ControlDoor>.fromOpaque(context!).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
        if code != 0 { unsafe context.release() }
        return code
    }

    private func run() {
        _ = unsafe platform_name_thread("control door")
        arrivals.withLock { $0.thread = platform_thread_id() }
        var ready = [Int32](repeating: 0, count: 16)
        while true {
            let count = unsafe platform_watch_wait(watch, &ready, Int32(ready.count), Self.beatMilliseconds)
            arrivals.withLock { $0.turns += 1 }
            if count == 0 { continue }
            for index in 0..<max(0, Int(count)) {
                if ready[index] == end.descriptor { return }
                if ready[index] == listener { accept() } else { look(at: ready[index]) }
            }
            loop.ring()
        }
    }

    private func accept() {
        while let descriptor = UnixSocket.accept(listener) {
            guard let user = UnixSocket.peerUser(descriptor), Self.mayCommand(user) else {
                arrivals.withLock { $0.refused += 1 }
                UnixSocket.close(descriptor)
                continue
            }
            // Its first line may be there already; what comes after that is told by the watch.
            look(at: descriptor)
            _ = platform_watch_add(watch, descriptor)
            arrivals.withLock { $0.clients.append((descriptor, user)) }
        }
    }

    static func mayCommand(_ user: UInt32) -> Bool { user == geteuid() || user == 0 }

    /// The client may be gone and its number somebody else's by now: whoever it is is asked again, and nothing is taken.
    private func look(at descriptor: Int32) {
        guard let user = UnixSocket.peerUser(descriptor), Self.mayCommand(user) else { return }
        guard case .bytes(let count) = UnixSocket.peek(descriptor, into: &buffer) else { return }
        if Self.holdsKill(buffer[..<count]) { kill(user) }
    }

    /// Whether one of the whole lines is a kill, as the server would read it.
    static func holdsKill(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard line.count <= 4096, let request = try? ControlRequest(line: Array(line)) else { continue }
            if case .kill = request.verb { return true }
        }
        return false
    }
}
