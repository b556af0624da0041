import ArgumentParser

/// `needletail bench count NAME TIMES`: one function of the hot path, done so many times, for a counter of instructions.
struct BenchCountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Do one function of the hot path a number of times, for a counter of instructions.",
        discussion: """
            Prints nothing but a sum of the results. What two numbers of times differ by is the cost of the function:
              valgrind --tool=callgrind needletail bench count signHMAC 1000
            Tests/Instructions does this for each and compares with its thresholds.
            """)

    @Argument(help: "What to do: \(CountedWork.allCases.map(\.rawValue).joined(separator: ", ")).")
    var name: CountedWork
    @Argument(help: "How often.")
    var times: Int

    func validate() throws {
        guard (0...10_000_000).contains(times) else { throw ValidationError("TIMES takes 0 to 10000000") }
    }

    func run() throws { print(name.rawValue, times, try name.run(times)) }
}

extension CountedWork: ExpressibleByArgument {}
