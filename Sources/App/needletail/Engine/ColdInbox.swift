import Control
import Foundation

/// Results of the cold side's asynchronous requests, waiting for the cold loop. Any thread may put, the loop takes.
final class ColdInbox<Item: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var items: [Item] = []
    private let bell: Bell?

    /// `bell` wakes the loop; without one it finds what came at its next turn.
    init(_ bell: Bell? = nil) { self.bell = bell }

    func put(_ item: Item) {
        lock.lock()
        items.append(item)
        lock.unlock()
        bell?.ring()
    }

    /// Everything that waits, oldest first.
    func takeAll() -> [Item] {
        lock.lock()
        defer { lock.unlock() }
        let taken = items
        items = []
        return taken
    }
}
