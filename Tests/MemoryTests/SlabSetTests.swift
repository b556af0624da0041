import Memory
import Testing

/// A set against Swift's own, which says what must be in it; sizes on both sides of a word and of a block of words.
@Test(arguments: [0, 1, 63, 64, 65, 500, 4096, 4097, 9000]) func aSlabSetBehavesAsASet(capacity: Int) {
    var state = UInt64(capacity) &+ 77
    func draw(_ below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % below
    }
    func walked(_ set: borrowing SlabSet) -> [Int] {
        var found: [Int] = []
        var next = 0
        while let number = set.next(from: next) {
            found.append(number)
            next = number + 1
        }
        return found
    }
    var set = SlabSet(capacity: capacity)
    var twin: Set<Int> = []
    #expect(set.isEmpty && walked(set).isEmpty)
    set.insertAll()
    #expect(walked(set) == Array(0..<capacity) && set.count == capacity)
    for number in 0..<capacity { set.remove(number) }
    #expect(set.isEmpty && walked(set).isEmpty)
    guard capacity > 0 else { return }
    for step in 0..<2_000 {
        let number = draw(capacity)
        // Sparse for a while, then dense.
        if draw(step < 1_000 ? 2 : 8) == 0 {
            set.remove(number)
            twin.remove(number)
        } else {
            set.insert(number)
            twin.insert(number)
        }
        #expect(set.contains(number) == twin.contains(number) && set.count == twin.count)
        if step % 50 == 0 { #expect(walked(set) == twin.sorted()) }
        let from = draw(capacity)
        #expect(set.next(from: from) == twin.filter { $0 >= from }.min())
    }
}
