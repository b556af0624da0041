import Testing
import Units

@Test func pricesPrintTheTextTheyWereParsedFrom() throws {
    #expect(try Price("61837.63").description == "61837.63")
    #expect(try Quantity("-0.00000001").raw == -1)
    #expect(throws: FixedPointParseError.tooPrecise) { try Price("0.000000001") }
}
