import Uring

/// What the engine needs of this machine and cannot work without, tried before anything else is started.
enum MachineCheck {
    /// An io_uring as the links use it: made and let go. The refusal names the setting that forbids it and the cure.
    static func transport() throws {
        do throws(UringError) {
            _ = try UringQueue()
        } catch {
            throw ToolError("this machine cannot carry the engine's links. \(error)")
        }
    }
}
