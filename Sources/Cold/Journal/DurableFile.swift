import Glibc

/// A small file that is on disk, whole and under its name, when `write` returns: what a start after a power cut needs.
package enum DurableFile {
    /// Replaces the file at `path`; who reads it sees the old text or the new one, never a part.
    package static func write(_ bytes: [UInt8], to path: String) throws(JournalError) {
        let draft = path + ".new"
        _ = unsafe unlink(draft)
        let sink = try FileDisk().create(draft)
        unsafe try sink.write(bytes.span.bytes)
        try sink.synchronize()
        sink.close()
        guard unsafe rename(draft, path) == 0 else { throw .create(path: path, errno: errno) }
        try FileDisk.synchronizeDirectory(of: path)
    }
}
