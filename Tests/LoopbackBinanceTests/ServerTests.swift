import Foundation
import FoundationNetworking
import Loopback
import Testing

@testable import LoopbackBinance

@Test("the server binds a free port, answers with the limit headers, and lets go of the port when stopped")
func serverLifeCycle() async throws {
    let server = try BinanceVenueServer(options: BinanceVenueOptions())
    let port = try server.start()
    #expect(port > 0)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 10
    let session = URLSession(configuration: configuration)
    let (body, answer) = try await session.data(from: #require(URL(string: "http://127.0.0.1:\(port)/api/v3/depth?symbol=BTCUSDT&limit=5")))
    let response = try #require(answer as? HTTPURLResponse)
    #expect(response.statusCode == 200)
    #expect(response.value(forHTTPHeaderField: "X-MBX-USED-WEIGHT-1M") == "5")
    #expect(try JSONParser.parse(Array(body))["bids"]?.elements?.count == 5)

    var taken = BinanceVenueOptions()
    taken.port = port
    let second = try BinanceVenueServer(options: taken)
    #expect(throws: VenueStartError.self) { try second.start() }
    second.stop()
    session.invalidateAndCancel()
    server.stop()

    let again = try BinanceVenueServer(options: taken)
    #expect(try again.start() == port)
    again.stop()
}

@Test("files that are not what they should be are refused with a reason")
func badFilesAreRefused() throws {
    var options = BinanceVenueOptions()
    options.instrumentsFile = "/nonexistent"
    #expect(throws: VenueStartError.self) { try BinanceVenueServer(options: options) }
    options = BinanceVenueOptions()
    options.tlsCertificateFile = "/nonexistent"
    let server = try BinanceVenueServer(options: options)
    let error = #expect(throws: VenueStartError.self) { try server.start() }
    #expect(error?.reason.contains("both a certificate file and a key file") == true)
    server.stop()
}
