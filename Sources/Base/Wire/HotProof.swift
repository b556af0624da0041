#if HOT_PROOF
/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func decimal(_ s: inout JSONScanner, _ out: inout Int64) -> Bool { s.decimal(&out) }
    @_noLocks static func integer(_ s: inout JSONScanner, _ out: inout Int64) -> Bool { s.int64(&out) }
    @_noLocks static func string(_ s: inout JSONScanner, _ out: inout ByteView) -> Bool { s.string(&out) }
    @_noLocks static func member(_ s: inout JSONScanner, _ key: inout ByteView) -> Bool { s.beginObject() && s.nextMember(&key) }
    @_noLocks static func element(_ s: inout JSONScanner) -> Bool { s.beginArray() && s.nextElement() }
    @_noLocks static func bool(_ s: inout JSONScanner, _ out: inout Bool) -> Bool { s.bool(&out) }
    @_noLocks static func skip(_ s: inout JSONScanner) -> Bool { s.skipValue() }
    @_noLocks static func finish(_ s: inout JSONScanner) -> Bool { s.finish() }
}
#endif
