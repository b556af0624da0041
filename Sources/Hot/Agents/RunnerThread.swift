import CPlatform
import Glibc
import Rings
import Synchronization

/// The thread below a runner: made, pinned, named, stopped and joined. Nothing here runs per turn.
@safe @usableFromInline final class RunnerThread: @unchecked Sendable {
    @usableFromInline let idle: IdleState
    /// Not 0: end after the current turn.
    @usableFromInline let stopFlag: UnsafeMutablePointer<Atomic<UInt64>>
    let heartbeatReader: HeartbeatReader
    private let name: String
    private let core: Int
    private let memory: MemoryBlock
    /// Result of pinning: -1 not known yet, 0 pinned, otherwise errno.
    private let pinned = Atomic<Int32>(-1)
    private var heartbeat: HeartbeatWriter?
    private var body: (() -> Void)?
    private var handle = pthread_t()
    private var isJoinable = false

    @usableFromInline init(name: String, core: Int, idle: IdleState, heartbeat: consuming HeartbeatWriter) {
        self.name = name
        self.core = core
        self.idle = idle
        heartbeatReader = heartbeat.reader()
        self.heartbeat = consume heartbeat
        memory = MemoryBlock(byteCount: MemoryBlock.separation)
        unsafe stopFlag = memory.base.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
        unsafe stopFlag.initialize(to: Atomic(0))
    }

    @usableFromInline func takeHeartbeat() -> HeartbeatWriter { heartbeat.take()! }

    @usableFromInline func start(_ body: @escaping () -> Void) throws(RunnerError) {
        self.body = body
        let context = unsafe Unmanaged.passRetained(self)
        let status = unsafe pthread_create(&handle, nil, { context in
            unsafe Unmanaged<RunnerThread>.fromOpaque(context!).takeRetainedValue().run()
            return nil
        }, context.toOpaque())
        if status != 0 {
            unsafe context.release()
            throw .threadNotCreated(errno: status)
        }
        isJoinable = true
        while pinned.load(ordering: .acquiring) == -1 { platform_yield() }
        let pinning = pinned.load(ordering: .acquiring)
        if pinning != 0 {
            stopAndWait()
            throw .notPinned(core: core, errno: pinning)
        }
    }

    private func run() {
        let body = self.body.take()!
        _ = unsafe platform_name_thread(name)
        let status = platform_pin_thread(Int32(clamping: core))
        pinned.store(status, ordering: .releasing)
        if status == 0 { body() }
    }

    func requestStop() {
        unsafe stopFlag.pointee.store(1, ordering: .releasing)
        idle.waker.wake()
    }

    /// Only by the runner's owner, so never by two threads at once. Does nothing the second time.
    @usableFromInline func stopAndWait() {
        if !isJoinable { return }
        isJoinable = false
        requestStop()
        let status = pthread_join(handle, nil)
        precondition(status == 0, "runner thread cannot be joined")
    }
}
