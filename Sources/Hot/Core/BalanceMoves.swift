/// What the last fills did to a balance, one by one, and the sums of any choice of them.
struct BalanceMoves: BitwiseCopyable {
    private var moves = InlineArray<6, Int64>(repeating: 0)
    private var count = 0

    /// Beyond six the last place holds the sum of the rest: then less is explained, never more.
    mutating func add(_ move: Int128) {
        if count < 6 {
            moves[count] = Int64(clamping: move)
            count += 1
        } else {
            moves[5] = Int64(clamping: Int128(moves[5]) + move)
        }
    }

    /// Each bit is a move; at least one of them.
    var choices: Range<Int> { 1..<Swift.max(1, 1 << count) }

    func sum(_ choice: Int) -> Int128 {
        var sum: Int128 = 0
        for index in 0..<count where choice & 1 << index != 0 { sum += Int128(moves[index]) }
        return sum
    }
}
