import Synchronization

/// A member that says nothing and keeps the value that holds it where it lies.
///
/// A large noncopyable struct whose members are all plain is lent to a nonmutating call by value: the compiler (Swift 6.3.1)
/// copies it whole onto the stack first, 7 KB for the trading core, at each call. What holds an atomic has no value to copy,
/// so it is lent by its address. One byte; never read.
public struct InPlace: ~Copyable, Sendable {
    private let byte = Atomic<UInt8>(0)
    public init() {}
}
