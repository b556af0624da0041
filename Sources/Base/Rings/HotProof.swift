#if HOT_PROOF
/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func push(_ ring: inout RingProducer<Int64>, _ value: Int64) -> Bool { ring.tryPush(value) }
    @_noLocks static func room(_ ring: inout RingProducer<Int64>) -> Int { ring.freeCount() }
    @_noLocks static func pop(_ ring: inout RingConsumer<Int64>, _ value: inout Int64) -> Bool { ring.tryPop(&value) }
    @_noLocks static func publish(_ slot: inout LatestWriter<Int64>, _ value: Int64) { slot.publish(value) }
    @_noLocks static func read(_ slot: inout LatestReader<Int64>, _ value: inout Int64) -> Bool { slot.tryRead(&value) }
    @_noLocks static func bytesIn(_ ring: inout ByteRingProducer, _ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe ring.tryPush(bytes, tag: 1, time: 2)
    }
    @_noLocks static func bytesOut(_ ring: inout ByteRingConsumer) -> UInt64? {
        guard let frame = ring.peek() else { return nil }
        ring.release()
        return frame.tag
    }
    @_noLocks static func count(_ counter: inout SharedCounter) { counter.add(1) }
    @_noLocks static func record(_ histogram: inout LatencyHistogram) { histogram.record(5) }
}
#endif
