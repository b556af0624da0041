import Wire

/// A frame with readable bytes behind it, as it lies in the frame ring.
@safe public final class PaddedFrame {
    private let bytes: UnsafeMutableRawBufferPointer
    public let view: ByteView

    public init(_ frame: [UInt8]) {
        unsafe bytes = .allocate(byteCount: frame.count + 64, alignment: 64)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe bytes.copyBytes(from: frame)
        view = unsafe ByteView(padded: UnsafeRawBufferPointer(rebasing: bytes[0..<frame.count]))
    }

    deinit { unsafe bytes.deallocate() }

    var count: Int { view.count }
    /// For rewriting a digit in place.
    subscript(index: Int) -> UInt8 {
        get { unsafe bytes[index] }
        set { unsafe bytes[index] = newValue }
    }
}
