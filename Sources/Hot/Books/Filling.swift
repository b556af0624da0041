import Model
import Units

/// What changes while levels are set: kept apart from the side, so that it can stay in registers.
struct Filling {
    var count: Int
    let sign: Int64
    var dropped: UInt64 = 0
    /// Where the last level was found. A venue sends its levels in the order of their prices, so the next is near.
    var hint: Int

    init(count: Int, sign: Int64) {
        self.count = count
        self.sign = sign
        hint = count
    }

    /// First index whose price is as good as `price` or better: doubling steps away from the hint, then halving between.
    @inline(__always)
    private func position(_ price: Int64, _ levels: UnsafeMutableBufferPointer<Level>) -> Int {
        let wanted = price &* sign
        var low = 0
        var high = count
        var step = 1
        if unsafe hint < count && levels[hint].price.raw &* sign < wanted {
            low = hint &+ 1
            while low &+ step < high, unsafe levels[low &+ step].price.raw &* sign < wanted {
                low &+= step &+ 1
                step &*= 2
            }
            high = min(high, low &+ step)
        } else {
            high = min(hint, count)
            while high &- step >= 0, unsafe levels[high &- step].price.raw &* sign >= wanted {
                high &-= step
                step &*= 2
            }
            low = max(0, high &- step)
        }
        // Without a branch on what a comparison says: which half it is cannot be guessed.
        var length = high &- low
        while length > 0 {
            let half = length / 2
            let isWorse = unsafe levels[low &+ half].price.raw &* sign < wanted
            low = isWorse ? low &+ half &+ 1 : low
            length = isWorse ? length &- half &- 1 : half
        }
        return low
    }

    @inline(__always)
    mutating func apply(_ level: Level, to levels: UnsafeMutableBufferPointer<Level>) {
        let at = unsafe position(level.price.raw, levels)
        hint = at
        if unsafe at < count && levels[at].price == level.price {
            if !level.quantity.isZero {
                unsafe levels[at].quantity = level.quantity
            } else {
                count &-= 1
                unsafe move(levels, from: at &+ 1, to: at, count: count &- at)
            }
            return
        }
        if level.quantity.isZero { return }
        if count == levels.count {
            dropped &+= 1
            // The new level is the worst: it is the one that falls out.
            if at == 0 { return }
            unsafe move(levels, from: 1, to: 0, count: at &- 1)
            hint = at &- 1
            unsafe levels[hint] = level
            return
        }
        unsafe move(levels, from: at, to: at &+ 1, count: count &- at)
        unsafe levels[at] = level
        count &+= 1
    }

    // MARK: Many at once

    /// The order of a message's changes.
    enum ChangeOrder { case bestFirst, worstFirst, other }

    /// How the changes come, each price once and all with room; `other` where they must be set one by one.
    func order(_ changes: UnsafeBufferPointer<Level>, in levels: UnsafeMutableBufferPointer<Level>) -> ChangeOrder {
        guard changes.count >= 4, changes.count < levels.count &- count else { return .other }
        // The first two say which way; all others must go on so.
        let isBestFirst = unsafe changes[1].price.raw &* sign < changes[0].price.raw &* sign
        let way = isBestFirst ? sign : -sign
        var isSorted = true
        for index in 1..<changes.count {
            let isFurther = unsafe changes[index].price.raw &* way < changes[index &- 1].price.raw &* way
            isSorted = isSorted && isFurther
        }
        return isSorted ? (isBestFirst ? .bestFirst : .worstFirst) : .other
    }

    /// Merges changes into the levels: those from the worst changed one on are set aside and come back, in order, with the
    /// changes among them. Worst changes that lie too deep for the scratch memory are set one by one, and so is what is left
    /// when it is little. Precondition: `order` found them sorted, `isBestFirst` says which way.
    @inline(__always)
    mutating func merge(
        _ changes: UnsafeBufferPointer<Level>, isBestFirst: Bool, in levels: UnsafeMutableBufferPointer<Level>,
        _ scratch: UnsafeMutableBufferPointer<Level>
    ) {
        // The `rank`th best change.
        let last = changes.count &- 1
        func change(_ rank: Int) -> Level { unsafe changes[isBestFirst ? rank : last &- rank] }
        var left = changes.count
        while left > 0 {
            hint = unsafe position(change(left &- 1).price.raw, levels)
            if count &- hint <= scratch.count { break }
            left &-= 1
            unsafe apply(change(left), to: levels)
        }
        let start = hint
        let aside = count &- start
        if left < 4 {
            while left > 0 {
                left &-= 1
                unsafe apply(change(left), to: levels)
            }
            return
        }
        precondition(start >= 0 && aside >= 0 && aside <= scratch.count, "more set aside than there is room")
        precondition(count &+ left < levels.count, "more merged than there is room")
        unsafe copy(scratch, at: 0, from: levels, at: start, count: aside)
        var read = 0
        var write = start
        while left > 0 {
            left &-= 1
            let level = change(left)
            let wanted = level.price.raw &* sign
            while unsafe read < aside && scratch[read].price.raw &* sign < wanted {
                unsafe levels[write] = scratch[read]
                write &+= 1
                read &+= 1
            }
            if unsafe read < aside && scratch[read].price == level.price { read &+= 1 }
            // Written in any case and kept when it is a level: there is room for one more than all.
            unsafe levels[write] = level
            write &+= level.quantity.isZero ? 0 : 1
        }
        count = write &+ aside &- read
        hint = count
        // What lies better than every change is where it was, unless the number of levels below it has changed; only the
        // first of it may have been written over.
        let rest = write &- start == read ? min(1, aside &- read) : aside &- read
        unsafe restore(levels, at: write, scratch, from: read, count: rest)
    }

    @inline(__always)
    private func restore(
        _ levels: UnsafeMutableBufferPointer<Level>, at: Int, _ scratch: UnsafeMutableBufferPointer<Level>, from: Int, count: Int
    ) {
        unsafe copy(levels, at: at, from: scratch, at: from, count: count)
    }

    @inline(__always)
    private func move(_ levels: UnsafeMutableBufferPointer<Level>, from: Int, to: Int, count: Int) {
        precondition(count >= 0 && from >= 0 && to >= 0 && max(from, to) &+ count <= levels.count, "moved out of the side")
        unsafe copy(levels, at: to, from: levels, at: from, count: count)
    }

    /// As bytes, which may overlap: the compiler's proof takes no other way.
    @inline(__always)
    private func copy(
        _ target: UnsafeMutableBufferPointer<Level>, at: Int, from source: UnsafeMutableBufferPointer<Level>, at start: Int,
        count: Int
    ) {
        if count == 0 { return }
        unsafe UnsafeMutableRawPointer(target.baseAddress.unsafelyUnwrapped + at).copyMemory(
            from: source.baseAddress.unsafelyUnwrapped + start, byteCount: count &* MemoryLayout<Level>.stride)
    }
}
