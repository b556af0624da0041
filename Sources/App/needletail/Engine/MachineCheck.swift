import Alerts
import Config
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

    /// The way to a person, as far as a look shows it: the day it is needed is too late.
    static func alerts(_ configuration: RunConfiguration) throws {
        guard let problem = configuration.alerts?.alertOutlet?.problem else { return }
        throw ToolError("nobody would be told of an alert: \(problem)", cure: "correct alerts.program, or its permissions")
    }
}
