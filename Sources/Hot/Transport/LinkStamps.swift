/// When a link did what, in processor ticks (`ProcessorTicks`); what decisions are made of is never read from here.
public struct LinkStamps: BitwiseCopyable, Sendable {
    /// Where the reading of the message now handed over began: its bytes taken from the ring, or the message before it in
    /// the same bytes done.
    public internal(set) var readBegan: UInt64 = 0
    /// The last byte of the message now handed over was plain text; where there is no TLS, when it was taken from the ring.
    /// Messages of one record share it.
    public internal(set) var decrypted: UInt64 = 0
    /// The last message given to `send`.
    public internal(set) var given: UInt64 = 0
    /// Its frame encrypted.
    public internal(set) var sealed: UInt64 = 0
    /// Before and after the system call that gave it to the kernel, which sends it within that call. Before `sealed` where an
    /// earlier send was still under way: then it left later.
    public internal(set) var submitted: UInt64 = 0
    public internal(set) var taken: UInt64 = 0

    public init() {}
}
