import ArgumentParser
import BenchCommands

/// `needletail bench` as a program of its own.
@main
enum NeedletailBench {
    static func main() async { await BenchCommand.main() }
}
