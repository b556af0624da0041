import Foundation

/// A certificate authority made for one run, a server certificate for 127.0.0.1 and localhost signed by it, and an
/// Ed25519 key pair for the demo account. Everything lies in one private directory that the caller removes.
package struct ThrowawayCertificates {
    package let authority: URL
    package let certificate: URL
    package let key: URL
    package let accountPrivateKey: URL
    package let accountPublicKey: URL

    /// Makes all files in `directory` with the `openssl` command. Takes some 100 ms.
    package init(in directory: URL) throws {
        authority = directory.appending(path: "ca.pem")
        certificate = directory.appending(path: "venue.pem")
        key = directory.appending(path: "venue.key")
        accountPrivateKey = directory.appending(path: "account.key")
        accountPublicKey = directory.appending(path: "account.pub")
        let authorityKey = directory.appending(path: "ca.key").path
        let request = directory.appending(path: "venue.csr").path
        let extensions = directory.appending(path: "venue.ext")
        try """
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,digitalSignature
            extendedKeyUsage=serverAuth
            subjectAltName=DNS:localhost,IP:127.0.0.1
            subjectKeyIdentifier=hash
            authorityKeyIdentifier=keyid
            """.write(to: extensions, atomically: true, encoding: .utf8)
        let elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try Self.openssl(
            ["req", "-x509"] + elliptic + [
                "-keyout", authorityKey, "-out", authority.path, "-days", "2",
                "-subj", "/CN=Needletail throw-away CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ])
        try Self.openssl(["req"] + elliptic + ["-keyout", key.path, "-out", request, "-subj", "/CN=localhost"])
        try Self.openssl([
            "x509", "-req", "-in", request, "-CA", authority.path, "-CAkey", authorityKey, "-CAcreateserial",
            "-out", certificate.path, "-days", "2", "-extfile", extensions.path,
        ])
        try Self.openssl(["genpkey", "-algorithm", "ed25519", "-out", accountPrivateKey.path])
        try Self.openssl(["pkey", "-in", accountPrivateKey.path, "-pubout", "-out", accountPublicKey.path])
        for secret in [authorityKey, key.path, accountPrivateKey.path] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        }
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let output = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LaunchError(
                "openssl \(arguments.first ?? "") failed: \(String(decoding: text, as: UTF8.self))",
                cure: "install the Debian package openssl (make packages does)")
        }
    }
}
