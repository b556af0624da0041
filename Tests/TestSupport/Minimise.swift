/// A smaller input that still fails: ever smaller chunks are left out, then bytes are made plain. Bounded by `tries`.
public func minimised(_ input: [UInt8], tries: Int = 2_000, fails: ([UInt8]) -> Bool) -> [UInt8] {
    var best = input
    var left = tries
    var chunk = max(1, best.count / 2)
    while left > 0 {
        var start = 0
        var isSmaller = false
        while start < best.count, left > 0 {
            var shorter = best
            shorter.removeSubrange(start..<min(best.count, start + chunk))
            left -= 1
            if fails(shorter) {
                best = shorter
                isSmaller = true
            } else {
                start += chunk
            }
        }
        if chunk == 1, !isSmaller { break }
        if !isSmaller { chunk = max(1, chunk / 2) }
    }
    for place in best.indices where left > 0 && best[place] != UInt8(ascii: "0") {
        var plainer = best
        plainer[place] = UInt8(ascii: "0")
        left -= 1
        if fails(plainer) { best = plainer }
    }
    return best
}
