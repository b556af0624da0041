internal import CUring

/// What this kernel's io_uring says it can do. Cold; makes a ring of two slots and lets it go.
public struct UringFeatures: Sendable, Equatable {
    /// IORING_FEAT_…, as the kernel gave them.
    public let bits: UInt32
    /// How many operations it knows.
    public let operations: Int

    public init(bits: UInt32, operations: Int) {
        self.bits = bits
        self.operations = operations
    }

    /// Asks the kernel.
    public static func read() throws(UringError) -> UringFeatures {
        var bits: UInt32 = 0
        var operations: UInt32 = 0
        let result = unsafe cu_features(&bits, &operations)
        guard result == 0 else { throw UringError(negativeErrno: result) }
        return UringFeatures(bits: bits, operations: Int(operations))
    }

    /// The bits in words, those without a known name by number; include/uapi/linux/io_uring.h has them in this order.
    public var names: [String] {
        let known = [
            "single_mmap", "nodrop", "submit_stable", "rw_cur_pos", "cur_personality", "fast_poll", "poll_32bits",
            "sqpoll_nonfixed", "ext_arg", "native_workers", "rsrc_tags", "cqe_skip", "linked_file", "reg_reg_ring",
            "recvsend_bundle", "min_timeout", "rw_attr", "no_iowait",
        ]
        return (0..<32).filter { bits & (1 << $0) != 0 }.map { $0 < known.count ? known[$0] : "bit \($0)" }
    }
}
