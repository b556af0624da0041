import Foundation
import Synchronization

/// Ctrl-C and SIGTERM as a wish to end in order: nothing is torn down in the handler.
enum EndSignal {
    private static let asked = Atomic<Bool>(false)
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

    /// From here on the two signals set the wish instead of ending the process.
    static func install() {
        guard sources.isEmpty else { return }
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { asked.store(true, ordering: .releasing) }
            source.resume()
            sources.append(source)
        }
    }

    static var isAsked: Bool { asked.load(ordering: .acquiring) }

    /// Returns when one of the signals came.
    static func wait() async {
        install()
        while !isAsked { try? await Task.sleep(nanoseconds: 20_000_000) }
    }
}
