import Loopback

/// Members that hold a time: in events by their letters, elsewhere by their names.
private let timeNames: Set<String> = [
    "E", "T", "O", "W", "D", "transactTime", "time", "updateTime", "workingTime", "serverTime", "authorizedSince",
    "connectedSince", "retryAfter",
]

/// A message for who asked for `timeUnit=MICROSECOND`. The venue's clock counts milliseconds, so the last three digits
/// are zeros.
func microsecondTimes(_ json: String) -> String {
    guard let value = try? JSONParser.parse(json) else { return json }
    return inMicroseconds(value).json
}

private func inMicroseconds(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): .array(elements.map(inMicroseconds))
    case .object(let members):
        .object(
            members.map { member in
                if timeNames.contains(member.name), let time = member.value.integer, time > 0 {
                    return JSONValue.Member(name: member.name, value: .number(String(time * 1000)))
                }
                // The update time of the balances is the only `u` that is a time.
                if member.name == "u", let time = member.value.integer, value["e"]?.text == "outboundAccountPosition" {
                    return JSONValue.Member(name: member.name, value: .number(String(time * 1000)))
                }
                return JSONValue.Member(name: member.name, value: inMicroseconds(member.value))
            })
    case .null, .bool, .number, .string: value
    }
}
