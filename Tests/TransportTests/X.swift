@testable import Transport
