import Foundation
import Testing

private let venues = folders(in: "Sources/Venues")
private let strategies = folders(in: "Sources/Strategies")

@Suite struct NameTests {
    @Test func `No module has the name of a type in it`() throws {
        for file in sources {
            for kind in ["struct", "enum", "class", "protocol", "actor"] {
                let pattern = try Regex("(^|\\s)\(kind) \(file.module)\\b")
                #expect(file.code.firstMatch(of: pattern) == nil, "\(file.path) declares \(file.module)")
            }
        }
    }

    /// Comments may tell what a venue does; code and texts may not know one.
    @Test func `A venue is named in its own folder, its twin's, and by the roster`() {
        #expect(!venues.isEmpty)
        for file in sources where !knowsVenues(file) {
            let said = withoutComments(file.text, keepStrings: true).lowercased()
            for venue in venues { #expect(!said.contains(venue.lowercased()), "\(file.path) names \(venue)") }
        }
    }

    @Test func `A strategy's module is imported by the roster alone`() {
        #expect(!strategies.isEmpty)
        for file in sources where !isRoster(file) {
            for strategy in strategies { #expect(!file.imports.contains(strategy), "\(file.path) imports \(strategy)") }
        }
    }

    @Test func `Every venue has its twin, its tests and its line in the roster`() throws {
        let roster = Set(sources.filter(isRoster).flatMap(\.imports))
        for venue in venues {
            #expect(roster.contains(venue), "the roster does not know \(venue)")
            for folder in ["Sources/Lab/Loopback\(venue)", "Tests/\(venue)Tests", "Tests/Loopback\(venue)Tests"] {
                #expect(isFolder(folder), "\(folder) is missing")
            }
        }
        for strategy in strategies { #expect(roster.contains(strategy), "the roster does not know \(strategy)") }
    }

    /// The two sides of a protocol check each other only while neither knows the other's code.
    @Test func `A venue and its twin share no code`() {
        for venue in venues {
            for file in sources where file.module == "Loopback\(venue)" || file.module == venue {
                let other = file.module == venue ? "Loopback\(venue)" : venue
                #expect(!file.imports.contains(other), "\(file.path) imports \(other)")
                for kit in ["VenueKit", "Wire", "Signing"] where file.layer == "Lab" {
                    #expect(!file.imports.contains(kit), "\(file.path) imports \(kit), which the venue's own side uses")
                }
            }
        }
    }

    private func isRoster(_ file: SourceFile) -> Bool {
        file.layer == "App" && file.path.split(separator: "/").last?.hasPrefix("Roster") == true
    }

    /// Beside the roster, in the application: the loopback venue's command line and the demo's preset name what they start.
    private func knowsVenues(_ file: SourceFile) -> Bool {
        let starts = ["App/needletail/Commands/VenueCommand.swift", "App/needletail/Demo/"]
        let ownModules = venues.flatMap { ["Loopback\($0)", "Simulated\($0)"] } + ["LoopbackVenue"]
        return isRoster(file) || file.layer == "Venues" || ownModules.contains(file.module)
            || starts.contains { file.path.hasPrefix($0) }
    }

    private func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }
}
