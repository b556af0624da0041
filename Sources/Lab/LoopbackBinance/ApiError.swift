import Loopback

/// A refusal in the venue's terms: HTTP status, code, message, and sometimes a JSON object of details.
struct ApiError: Error, Sendable {
    var status: Int
    var code: Int
    var message: String
    /// JSON text of the `data` member.
    var data: String?

    init(status: Int = 400, _ code: Int, _ message: String, data: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.data = data
    }

    /// When to come back, ms since 1970, where the details say so.
    var retryAt: Int64? { data.flatMap { try? JSONParser.parse($0) }?["retryAfter"]?.integer }

    /// `{"code":…,"msg":…}`.
    var json: String {
        #"{"code":\#(code),"msg":\#(jsonQuoted(message))"# + (data.map { #","data":\#($0)"# } ?? "") + "}"
    }

    static func missing(_ name: String) -> ApiError {
        ApiError(-1102, "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    static func rejected(_ text: String) -> ApiError { ApiError(-2010, text) }
    static func filter(_ name: String) -> ApiError { ApiError(-1013, "Filter failure: \(name)") }
    static let unknownOrder = ApiError(-2011, "Unknown order sent.")
    static let noSuchOrder = ApiError(-2013, "Order does not exist.")
    static let badSymbol = ApiError(-1121, "Invalid symbol.")
    static let badSignature = ApiError(-1022, "Signature for this request is not valid.")
    static let badKeyFormat = ApiError(status: 401, -2014, "API-key format invalid.")
    static let badKey = ApiError(status: 401, -2015, "Invalid API-key, IP, or permissions for action.")
}
