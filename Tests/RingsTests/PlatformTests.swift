import CPlatform
import Glibc
import Testing

@testable import Rings

@Suite struct PlatformTests {
    @Test func crc32cGivesTheStandardCheckValues() {
        func crc(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 { platform_crc32c(seed, bytes, bytes.count) }
        #expect(crc(Array("123456789".utf8)) == 0xE306_9283)
        // RFC 3720, B.4
        #expect(crc(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(crc(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(crc(Array(0..<32)) == 0x46DD_794E)
        #expect(crc([]) == 0)
        #expect(crc(Array("6789".utf8), seed: crc(Array("12345".utf8))) == 0xE306_9283)
    }

    @Test func bothFormsOfCrc32cAgreeOnEveryLengthAndAlignment() {
        var random = seededGenerator()
        let bytes = (0..<400).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes.withUnsafeBytes { all in
            for start in 0..<9 {
                for count in 0..<200 {
                    let at = all.baseAddress! + start
                    #expect(platform_crc32c(7, at, count) == platform_crc32c_software(7, at, count))
                }
            }
        }
    }

    @Test func aMappedFileIsPrivateToItsOwnerAndRefusesTheWrongKindOfFile() throws {
        let file = ScratchFile("mapping")
        do {
            let region = try SharedRegion(path: file.path, byteCount: 5_000, opening: .new)
            try region.prefault()
            try region.synchronize()
            #expect(region.byteCount == 5_000)
            var info = stat()
            #expect(stat(file.path, &info) == 0)
            #expect(info.st_mode & 0o777 == 0o600)
        }
        #expect(throws: MappingError(errno: EEXIST)) {
            _ = try SharedRegion(path: file.path, byteCount: 5_000, opening: .new)
        }
        #expect(throws: MappingError(errno: EFBIG)) {
            _ = try SharedRegion(path: file.path, byteCount: 5_001, opening: .existing)
        }
        #expect(throws: MappingError(errno: ENOENT)) {
            _ = try SharedRegion(path: file.path + ".absent", byteCount: 1, opening: .existing)
        }
        let link = ScratchFile("link")
        #expect(symlink(file.path, link.path) == 0)
        #expect(throws: MappingError(errno: ELOOP)) {
            _ = try SharedRegion(path: link.path, byteCount: 5_000, opening: .existing)
        }
        #expect(throws: MappingError(errno: EINVAL)) {
            _ = try SharedRegion(path: "/dev/null", byteCount: 5_000, opening: .existing)
        }
    }

    @Test func killTellsWhetherAProcessExists() {
        #expect(platform_kill(platform_process_id(), 0) == 0)
        #expect(platform_kill(Int32.max, 0) == ESRCH)
    }

    @Test func thePeerOfASocketPairIsThisProcess() {
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        var peer = platform_peer()
        #expect(platform_peer_credentials(ends[0], &peer) == 0)
        #expect(peer.process == platform_process_id())
        #expect(peer.user == getuid())
        #expect(platform_peer_credentials(-1, &peer) == EBADF)
    }

    @Test func coreDumpsAreOffAfterwards() async {
        await #expect(processExitsWith: .exitCode(5)) {
            var limit = rlimit()
            guard platform_disable_core_dumps() == 0, getrlimit(__rlimit_resource_t(4), &limit) == 0 else { exit(1) }
            exit(limit.rlim_cur == 0 && limit.rlim_max == 0 ? 5 : 2)
        }
    }

    @Test func aFutexWaitEndsByChangeByTimeAndByWake() {
        let memory = MemoryBlock(byteCount: 128)
        let word = memory.base.assumingMemoryBound(to: UInt32.self)
        #expect(platform_futex_wait(word, 1, 1_000_000_000) == EAGAIN)
        #expect(platform_futex_wait(word, 0, 1_000_000) == ETIMEDOUT)
        let result = SharedResult()
        let thread = TestThread {
            let word = memory.base.assumingMemoryBound(to: UInt32.self)
            var status: Int32 = EINTR
            while status == EINTR { status = platform_futex_wait(word, 0, 60_000_000_000) }
            result.set(status == 0 ? 1 : -1)
        }
        let deadline = Deadline()
        while platform_futex_wake(word, 1) == 0, !deadline.passed { platform_yield() }
        thread.join()
        #expect(result.value == 1)
    }

    @Test func threadUsageCountsThePagesTouched() {
        var before = platform_thread_usage(), after = platform_thread_usage()
        #expect(platform_get_thread_usage(&before) == 0)
        let bytes = 64 * 4096
        let base = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        madvise(base, bytes, 15)  // MADV_NOHUGEPAGE: one fault per page
        for page in 0..<64 { base.storeBytes(of: 1, toByteOffset: page * 4096, as: UInt8.self) }
        #expect(platform_get_thread_usage(&after) == 0)
        #expect(after.minor_faults - before.minor_faults >= 64)
        munmap(base, bytes)
    }
}
