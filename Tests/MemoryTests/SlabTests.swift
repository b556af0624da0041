import Memory
import Testing

/// A slab or a list against an array, which says what must be in it.
@Test func aSlabHoldsWhatWasStored() {
    var slab = Slab(repeating: 7, count: 5)
    var array = Array(repeating: 7, count: 5)
    for step in 0..<100 {
        slab[step * 3 % 5] &+= step
        array[step * 3 % 5] &+= step
    }
    #expect(slab.indices.map { slab[$0] } == array)
    #expect(slab.count == 5)
    let copied = Slab([3, 1, 2])
    #expect(copied.indices.map { copied[$0] } == [3, 1, 2])
}

@Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func aListBehavesAsAnArrayThatNeverGrows(seed: UInt64) {
    var state = seed
    func next(_ below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % below
    }
    var list = SlabList(capacity: 9, filler: -1)
    var array: [Int] = []
    for step in 0..<2_000 {
        switch next(8) {
        case 0 where !array.isEmpty:
            let at = next(array.count)
            list.remove(at: at)
            array.remove(at: at)
        case 1 where step % 7 == 0:
            list.removeAll()
            array.removeAll()
        case 2 where !array.isEmpty:
            let at = next(array.count)
            list[at] = step
            array[at] = step
        default:
            guard !list.isFull else { continue }
            list.append(step)
            array.append(step)
        }
        #expect((0..<list.count).map { list[$0] } == array, "seed \(seed), step \(step)")
        #expect(list.isFull == (array.count == 9))
    }
}

@Test func whatIsNotThereTraps() async {
    await #expect(processExitsWith: .failure) { _ = Slab(repeating: 0, count: 2)[2] }
    await #expect(processExitsWith: .failure) { _ = Slab(repeating: 0, count: 2)[-1] }
    await #expect(processExitsWith: .failure) { _ = SlabList(capacity: 2, filler: 0)[0] }
    await #expect(processExitsWith: .failure) {
        var list = SlabList(capacity: 1, filler: 0)
        list.append(1)
        list.append(2)
    }
}
