/// Cores as the kernel writes them: `0-3,8`.
package enum CoreList {
    /// `nil` where it is none, or names a core past 4095.
    package static func parse(_ text: String) -> Set<Int>? {
        var cores: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends[0], let last = ends.last ?? first else { return nil }
            guard first >= 0, first <= last, last < 4096 else { return nil }
            cores.formUnion(first...last)
        }
        return cores
    }
}
