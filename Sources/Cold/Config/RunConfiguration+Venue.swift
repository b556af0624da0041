import Model
import Units

extension VenueSettings {
    init(_ section: Section, mode: RunMode, catalogue: RunCatalogue) {
        kind = section.choice("kind", catalogue.venues.map { ($0, $0) }, else: "")
        marketData = Endpoint(section.section("market_data", cure: "write market_data: with url"), scheme: "wss")
        orders = Endpoint(section.section("orders", cure: "write orders: with url"), scheme: "wss")
        rest = Endpoint(section.section("rest", cure: "write rest: with url"), scheme: "https")
        caFile = section.contains("ca_file")
            ? section.path("ca_file", fallback: "", cure: "name a PEM file, or leave the key out to trust the system's") : nil
        let cure = "a LIVE run needs account: with api_key_env and ed25519_private_key_env or hmac_secret_env"
        let isLive = mode == .live
        account = section.contains("account") || isLive ? AccountSettings(section.section("account", cure: cure)) : nil
        clientIDPrefix = section.text("client_id_prefix", cure: "write a prefix that no other engine on the account uses") ?? ""
        if section.contains("client_id_prefix"), ClientOrderIDFormat(prefix: clientIDPrefix) == nil {
            section.fail(
                "client_id_prefix", "'\(section.shown(clientIDPrefix))' is not a client id prefix",
                cure: "1 to 16 letters, digits and '-', ending in '-', such as nt1-")
        }
        ownsTLSRecords = section.choice("tls_records", [("openssl", false), ("own", true)], else: false, default: false)
        if section.contains("secondary_feed") {
            secondaryFeed = SecondaryFeedSettings(
                section.section("secondary_feed", cure: "write secondary_feed: with url, or leave it out"))
        }
        failover = section.failover()
        failoverAfter = section.whole(
            "failover_after", in: 1...100, cure: "write after how many failed attempts the next server is tried: 1 to 100",
            default: 3)
        if section.contains("failover_after"), !section.contains("failover") {
            section.fail("failover_after", "has no failover: to go to", cure: "list failover: servers, or leave it out")
        }
        cancelSwitch = section.contains("cancel_switch")
            ? section.cancelSwitch(venue: kind, catalogue.switches[kind]) : nil
        if section.contains("fee_assets") { feeAssets = section.feeAssets() }
        section.allow("ca_file", "account", "tls_records", "secondary_feed", "cancel_switch", "fee_assets")
        section.finish()
    }
}

extension AccountSettings {
    init(_ section: Section) {
        apiKeyVariable = section.variable("api_key_env", required: true)
        let ed25519 = section.variable("ed25519_private_key_env", required: false)
        let hmac = section.variable("hmac_secret_env", required: false)
        method = ed25519.isEmpty ? .hmac : .ed25519
        keyVariable = ed25519.isEmpty ? hmac : ed25519
        let count = (section.contains("ed25519_private_key_env") ? 1 : 0) + (section.contains("hmac_secret_env") ? 1 : 0)
        if count == 2 {
            section.fail(
                "hmac_secret_env", "two ways of signing are named", cure: "keep ed25519_private_key_env or hmac_secret_env, not both")
        }
        if count == 0 && !section.keys.isEmpty {
            section.reader.fail(
                section.path, at: section.place, "names no signing key",
                cure: "add ed25519_private_key_env or hmac_secret_env")
        }
        if section.contains("number") {
            let cure = "write the account's own number as the venue shows it, digits only, or leave the key out"
            number = UInt64(section.whole("number", in: 1...Int.max, cure: cure))
        }
        section.allow("number")
        section.finish()
    }
}

extension Section {
    /// Assets that fees may be taken in beside the two of an instrument, each with its price, by name.
    func feeAssets() -> [FeeAsset] {
        let inner = section("fee_assets", cure: "write fee_assets: with a price in the quote asset for each, such as BNB: 900")
        let found = inner.keys.sorted { $0.key < $1.key }.map { entry in
            let name = entry.key
            let isPlain = name.utf8.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) }
            if name.isEmpty || name.utf8.count > 20 || !isPlain {
                inner.fail(name, "is not the name of an asset: 1 to 20 capitals and digits", cure: "write it as the venue does, such as BNB")
            }
            let cure = "write what one \(name) costs at most in the quote asset, such as 900"
            return FeeAsset(name: name, price: Price(raw: inner.decimal(name, cure: cure)))
        }
        if found.count > 8 {
            fail("fee_assets", "names \(found.count) assets", cure: "name those that the venue takes fees in, 8 at most")
        }
        inner.finish()
        return found
    }

    /// How the venue's dead-man's switch is to be used; a venue that has none cannot be asked to.
    func cancelSwitch(venue: String, _ allowed: ClosedRange<Nanoseconds>?) -> CancelSwitchRule? {
        let inner = section("cancel_switch", cure: "write cancel_switch: with period, refresh, max_age")
        let cure = "write a time span such as 30s"
        let rule = CancelSwitchRule(
            period: inner.duration("period", cure: cure), interval: inner.duration("refresh", cure: cure),
            maxAge: inner.duration("max_age", cure: cure))
        inner.finish()
        guard let allowed else {
            fail(
                "cancel_switch", "\(venue) has no dead-man's switch that cancels when it is not refreshed",
                cure: "remove cancel_switch; the guard (timeouts.guard) cancels everything when this engine is silent")
            return nil
        }
        if !allowed.contains(rule.period) {
            inner.fail(
                "period", "is not from \(allowed.lowerBound.raw / 1_000_000_000)s to \(allowed.upperBound.raw / 1_000_000_000)s, "
                    + "which \(venue) takes", cure: "write a time in between")
        }
        return rule
    }

    /// The name of an environment variable. What is not one may be the secret itself, so it is never quoted.
    func variable(_ key: String, required: Bool) -> String {
        let cure = "name an environment variable such as NEEDLETAIL_API_KEY, and put the secret there"
        guard let text = text(key, required: required, cure: cure) else { return "" }
        let isName = text.utf8.count <= 48 && text.utf8.first.map { $0 > 0x39 } == true
            && text.utf8.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F }
        if !isName {
            fail(key, "is not the name of an environment variable (capitals, digits, '_'); if it is the secret itself, it has to be replaced at the venue now", cure: cure)
            return ""
        }
        return text
    }
}

extension Endpoint {
    /// `isWhole`: the section holds nothing beside the URL.
    init(_ section: Section, scheme: String, isWhole: Bool = true) {
        let cure = "write \(scheme)://host:port/path"
        self.init(url: "", host: "", port: 0, path: "/")
        let text = section.text("url", cure: cure)
        if isWhole { section.finish() }
        guard let text else { return }
        guard let separator = text.firstRange(of: "://") else {
            section.fail("url", "has no scheme", cure: cure)
            return
        }
        if text[..<separator.lowerBound] != scheme {
            section.fail("url", "is not a \(scheme) URL; every link is TLS and its certificate is checked", cure: cure)
            return
        }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        if authority.contains("@") {
            section.fail("url", "holds a user or password", cure: cure + "; keys belong into environment variables")
            return
        }
        let (name, portText) = Endpoint.split(authority)
        let isHost = !name.isEmpty && name.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x2E || $0 == 0x3A
        }
        let port = portText.map { UInt16($0) ?? 0 } ?? 443
        guard isHost, port > 0 else {
            section.fail("url", "has no valid host and port (1 to 65535)", cure: cure)
            return
        }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            section.fail("url", "has bytes that a URL may not have", cure: cure)
            return
        }
        let path = String(rest.dropFirst(authority.count))
        self.init(url: text, host: String(name), port: port, path: path.hasPrefix("/") ? path : "/" + path)
    }

    /// Host and port of `host`, `host:port` or `[v6]:port`.
    private static func split(_ authority: Substring) -> (Substring, Substring?) {
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            let after = authority[authority.index(after: close)...]
            return (authority[authority.index(after: authority.startIndex)..<close], after.isEmpty ? nil : after.dropFirst())
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}
