import Console
import Telemetry

/// The live screen on a terminal; gone with the value.
final class ScreenOnTerminal {
    private let terminal: Terminal

    /// `nil` when standard output is no terminal.
    init?() {
        guard let terminal = Terminal() else { return nil }
        self.terminal = terminal
    }

    func show(_ document: StatusDocument) {
        let size = Terminal.size()
        terminal.draw(LiveScreen.render(document, width: min(size.width, 120), height: min(size.height, 40), color: true))
    }
}
