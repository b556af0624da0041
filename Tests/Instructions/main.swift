/// `instructions NAME TIMES`: does one function of the hot path so many times and prints a sum of its results; without
/// arguments, the names. count.py runs it under callgrind for two numbers of times and takes what they differ by: start-up and
/// preparation fall out.
let arguments = CommandLine.arguments
if arguments.count == 3, let work = Work(rawValue: arguments[1]), let times = Int(arguments[2]), times >= 0 {
    print(work.rawValue, times, try work.run(times))
} else {
    print(Work.allCases.map(\.rawValue).joined(separator: " "))
}
