import Glibc
import Model
import Telemetry
import Units

/// The control socket: a Unix stream socket of mode 0600, one JSON request per line, one JSON answer per line.
///
/// Stepped by its owner (the cold thread) through `doWork`, never blocks, holds at most 8 clients of the same user or
/// root; a client that sends a line over 64 KiB or does not read its answers is dropped. A ninth client takes the place
/// of the one silent longest: forgotten watchers must not keep an operator from `kill`. With a door (`openDoor`) a thread
/// of its own accepts, and kills go ahead of everything here.
package struct ControlServer: ~Copyable {
    package static var maximumClients: Int { 8 }
    /// Longest an answer of the core is awaited.
    package static var answerTimeout: Nanoseconds { Nanoseconds(seconds: 2) }

    package let path: String
    private let listener: Int32
    private let inode: UInt64
    private var clients: [ControlConnection] = []
    private var readBuffer = [UInt8](repeating: 0, count: 16 * 1024)
    /// Peers refused by their credentials, or for want of room while all eight await an answer.
    package private(set) var refusedClients: UInt64 = 0
    package var clientCount: Int { clients.count }
    private var door: ControlDoor?
    /// Whoever watches the door's thread says here that it does not turn: the server then lets clients in itself.
    package var isDoorSilent = false

    /// Opens the socket at `path`. Makes its directory (mode 0700) where there is none; refuses one that others may
    /// write to, refuses to replace a socket somebody answers at, and removes one that nobody does.
    package init(path: String) throws(ControlError) {
        self.path = path
        try Self.prepareDirectory(of: path)
        try Self.clearStale(path)
        let descriptor = UnixSocket.listen(path)
        guard descriptor >= 0 else {
            throw ControlError(
                place: path, cause: "the control socket cannot be made: \(UnixSocket.describe(-descriptor))",
                cure: "choose a path of at most 107 bytes in a directory of your own")
        }
        listener = descriptor
        inode = UnixSocket.look(path)?.inode ?? 0
    }

    /// From now on a thread of its own waits at the socket: it rings `loop` whenever there is something to do here, and
    /// before that hands a kill to `kill`. Once.
    package mutating func openDoor(
        ringing loop: Bell, kill: @escaping ControlDoor.Kill
    ) throws(ControlError) -> ControlDoor {
        precondition(door == nil, "one thread waits at a socket")
        let made = try ControlDoor(listener: listener, loop: loop, kill: kill)
        door = made
        return made
    }

    deinit {
        door?.close()
        for client in clients { UnixSocket.close(client.descriptor) }
        UnixSocket.close(listener)
        if UnixSocket.look(path)?.inode == inode { UnixSocket.remove(path) }
    }

    private static func prepareDirectory(of path: String) throws(ControlError) {
        guard let slash = path.lastIndex(of: "/") else {
            throw ControlError(place: path, cause: "it names no directory", cure: "give the path with its directory")
        }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        if UnixSocket.look(directory) == nil {
            let code = UnixSocket.makeDirectory(directory)
            guard code == 0 || code == EEXIST else {
                throw ControlError(
                    place: directory, cause: "the directory cannot be made: \(UnixSocket.describe(code))",
                    cure: "make it yourself with mode 0700")
            }
        }
        guard let facts = UnixSocket.look(directory), facts.mode & S_IFMT == S_IFDIR, facts.mode & 0o022 == 0,
            facts.owner == geteuid() || facts.owner == 0
        else {
            throw ControlError(
                place: directory, cause: "it is not a directory of your own that only you can write to",
                cure: "chmod 700 it, or choose another place for the control socket")
        }
    }

    private static func clearStale(_ path: String) throws(ControlError) {
        guard let facts = UnixSocket.look(path) else { return }
        guard facts.mode & S_IFMT == S_IFSOCK else {
            throw ControlError(
                place: path, cause: "something that is not a socket is there", cure: "move it, or choose another path")
        }
        let probe = UnixSocket.connect(path)
        if probe == -ECONNREFUSED {
            UnixSocket.remove(path)
            return
        }
        if probe >= 0 { UnixSocket.close(probe) }
        throw ControlError(
            place: path, cause: "an engine answers there already",
            cure: "stop it first, or give this one another control socket")
    }

    /// One step: accepts, reads, answers, sends what is due. Returns how much was done; 0 is idle.
    ///
    /// `now` is the engine clock. Never blocks.
    package mutating func doWork(now: Nanoseconds, handler: inout some ControlHandler) -> Int {
        var work = acceptClients(now: now)
        for index in clients.indices {
            work += clients[index].doWork(now: now, buffer: &readBuffer, handler: &handler)
            if clients[index].isOver {
                UnixSocket.close(clients[index].descriptor)
                work += 1
            }
        }
        clients.removeAll { $0.isOver }
        return work
    }

    private mutating func acceptClients(now: Nanoseconds) -> Int {
        var work = 0
        refusedClients += door?.takeRefused() ?? 0
        while work < Self.maximumClients, let (descriptor, peer) = nextClient() {
            work += 1
            guard let user = peer, ControlDoor.mayCommand(user), makeRoom() else {
                refusedClients += 1
                UnixSocket.close(descriptor)
                continue
            }
            clients.append(ControlConnection(descriptor: descriptor, user: user, now: now))
        }
        return work
    }

    private func nextClient() -> (descriptor: Int32, user: UInt32?)? {
        if let door, let client = door.next() { return client }
        if door != nil, !isDoorSilent { return nil }
        return UnixSocket.accept(listener).map { ($0, UnixSocket.peerUser($0)) }
    }

    private mutating func makeRoom() -> Bool {
        if clients.count < Self.maximumClients { return true }
        let silent = clients.indices.filter { !clients[$0].isAwaitingAnswer }
        guard let index = silent.min(by: { clients[$0].lastHeard < clients[$1].lastHeard }) else { return false }
        UnixSocket.close(clients[index].descriptor)
        clients.remove(at: index)
        return true
    }
}
