import Units

/// Texts to values, each exactly or not at all.
extension Section {
    /// One of a fixed set of words.
    func choice<T>(_ key: String, _ words: [(String, T)], else placeholder: T, default fallback: T? = nil) -> T {
        let list = words.map(\.0).joined(separator: ", ")
        guard let text = text(key, required: fallback == nil, cure: "write one of: \(list)") else {
            return fallback ?? placeholder
        }
        if let found = words.first(where: { $0.0 == text }) { return found.1 }
        let near = SettingReader.nearest(text, in: words.map(\.0)).map { "did you mean '\($0)'? " } ?? ""
        fail(key, "'\(shown(text))' is not one of the choices", cure: "\(near)write one of: \(list)")
        return placeholder
    }

    /// A plain decimal above zero.
    func decimal(_ key: String, cure: String, default fallback: Int64? = nil) -> Int64 {
        guard let text = text(key, required: fallback == nil, cure: cure) else { return fallback ?? 0 }
        return decimal(text, key: key, cure: cure) ?? 0
    }

    func decimal(_ text: String, key: String, cure: String) -> Int64? {
        do throws(FixedPointParseError) {
            // An exponent is exact, and yet easy to misread where money is at stake.
            if text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { throw .malformed }
            let value = try Quantity(text).raw
            if value > 0 { return value }
            fail(key, "'\(shown(text))' is not above zero", cure: cure)
        } catch {
            switch error {
            case .empty, .malformed: fail(key, "'\(shown(text))' is not a plain decimal number without a unit", cure: cure)
            case .tooPrecise: fail(key, "'\(shown(text))' has more than 8 digits after the point", cure: cure)
            case .overflow: fail(key, "'\(shown(text))' does not fit (largest 92233720368)", cure: cure)
            }
        }
        return nil
    }

    /// A whole number in a range.
    func whole(_ key: String, in range: ClosedRange<Int>, cure: String, default fallback: Int? = nil) -> Int {
        guard let text = text(key, required: fallback == nil, cure: cure) else { return fallback ?? range.lowerBound }
        return whole(text, key: key, in: range, cure: cure) ?? range.lowerBound
    }

    func whole(_ text: String, key: String, in range: ClosedRange<Int>, cure: String) -> Int? {
        guard let value = Int(text), text.utf8.first != UInt8(ascii: "+") else {
            fail(key, "'\(shown(text))' is not a whole number without a unit", cure: cure)
            return nil
        }
        guard range.contains(value) else {
            fail(key, "\(value) is not from \(range.lowerBound) to \(range.upperBound)", cure: cure)
            return nil
        }
        return value
    }

    /// A time span above zero with its unit: `250ms`, `1.5s`.
    func duration(_ key: String, cure: String, default fallback: Nanoseconds? = nil) -> Nanoseconds {
        guard let text = text(key, required: fallback == nil, cure: cure) else { return fallback ?? .zero }
        return duration(text, key: key, cure: cure) ?? .zero
    }

    func duration(_ text: String, key: String, cure: String) -> Nanoseconds? {
        if let value = Section.duration(text) { return value }
        if (try? Quantity(text)) != nil {
            fail(key, "'\(shown(text))' has no unit of time", cure: "write the unit: \(shown(text))s, \(shown(text))ms (ns, us, ms, s, m, h)")
        } else {
            fail(key, "'\(shown(text))' is not a time span above zero", cure: cure + "; units are ns, us, ms, s, m, h")
        }
        return nil
    }

    /// `nil` unless the text is a decimal above zero with a unit and a whole number of nanoseconds.
    static func duration(_ text: String) -> Nanoseconds? {
        let units: [(String, Int64)] = [
            ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000),
        ]
        return scaled(text, units).map(Nanoseconds.init(raw:))
    }

    /// A size in bytes with its unit: `64MiB`.
    func bytes(_ key: String, cure: String, default fallback: Int64) -> Int64 {
        guard let text = text(key, required: false, cure: cure) else { return fallback }
        let units: [(String, Int64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)]
        if let value = Section.scaled(text, units) { return value }
        fail(key, "'\(shown(text))' is not a size with a unit", cure: cure + "; units are B, KiB, MiB, GiB")
        return fallback
    }

    private static func scaled(_ text: String, _ units: [(String, Int64)]) -> Int64? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let unit = units.first(where: { $0.0 == text.dropFirst(number.count) })?.1,
            let value = try? Quantity(String(number)), value.raw > 0
        else { return nil }
        let product = Int128(value.raw) * Int128(unit)
        guard product % Int128(fixedPointUnit) == 0 else { return nil }
        return Int64(exactly: product / Int128(fixedPointUnit))
    }

    /// A value fit to be quoted in a message: short, printable, nothing that could be a key or a certificate.
    func shown(_ text: String) -> String {
        let isHarmless = text.utf8.count <= 24 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        return isHarmless ? text : "…"
    }

    /// Hours of the day, `HH:MM-HH:MM`, as seconds; the second may be on the next day.
    func hours(_ text: String, key: String, cure: String) -> (Int32, Int32)? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end -> Int32? in
            let parts = end.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
                let hour = Int32(parts[0]), let minute = Int32(parts[1]), hour < 24, minute < 60
            else { return nil }
            return hour * 3600 + minute * 60
        }
        guard ends.count == 2, let from = ends[0], let to = ends[1] else {
            fail(key, "'\(shown(text))' is not HH:MM-HH:MM", cure: cure)
            return nil
        }
        if from == to {
            fail(key, "'\(shown(text))' begins when it ends", cure: cure + ", or {unlimited: \"the reason\"} for all day")
            return nil
        }
        return (from, to)
    }
}
