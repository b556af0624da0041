/// How the engine's screen knows that a guard watches: the guard's mark in the run's directory.
struct GuardPresence {
    private let directory: String
    init(directory: String) { self.directory = directory }

    /// By the guard, once it watches; holds until the value goes. `nil` when another guard watches already.
    func announce() -> ProcessMark? { ProcessMark("guard", directory: directory) }
    /// Whether a guard lives that announced itself.
    var isRunning: Bool { ProcessMark.holder("guard", directory: directory) != nil }
}
