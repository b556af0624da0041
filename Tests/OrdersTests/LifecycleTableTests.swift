import Model
import Orders
import Testing

// Every (state, event) pair, as people read it. The switch in OrderLifecycle is written by state; this is written by
// what each cell should be, and compared cell by cell.
//
//     .   nothing new          ~   works again (open or partially filled)
//     L   late execution       !   cannot follow from what we know
//     otherwise the state it leads to:
//     RR risk-rejected  PN pending-new  OP open  PF partially-filled  PC pending-cancel  PA pending-amend
//     UN unknown  FI filled  CA cancelled  RJ rejected  EX expired  FA failed
private let expected = """
    event            created pendNew open partial pendCancel pendAmend unknown filled cancelled rejected expired failed riskRej
    riskRefused      RR      !       !    !       !          !         !       !      !         !        !       !      !
    sent             PN      !       !    !       !          !         !       !      !         !        !       !      !
    accepted         !       ~       .    .       .          .         ~       .      .         !        .       !      !
    refused          !       RJ      !    !       !          !         RJ      !      !         .        !       .      .
    doubted          !       UN      UN   UN      UN         UN        .       .      .         .        .       .      .
    new              !       ~       .    .       .          .         ~       .      .         !        .       !      !
    partial          !       PF      PF   .       .          .         PF      L      L         L        L       L      L
    filled           !       FI      FI   FI      FI         FI        FI      L      L         L        L       L      L
    cancelled        !       CA      CA   CA      CA         CA        CA      !      .         !        .       !      !
    rejected         !       RJ      RJ   !       RJ         RJ        RJ      !      !         .        !       !      !
    expired          !       EX      EX   EX      EX         EX        EX      !      .         .        .       !      !
    cancelRequested  !       .       PC   PC      .          PC        .       !      !         !        !       !      !
    cancelRefused    !       !       .    .       ~          .         .       .      .         .        .       .      .
    amendRequested   !       .       PA   PA      !          .         .       !      !         !        !       !      !
    amended          !       !       .    .       .          ~         .       .      .         !        .       !      !
    amendRefused     !       !       .    .       .          ~         .       .      .         .        .       .      .
    absent           !       .       UN   UN      UN         UN        FA      .      .         .        .       .      .
    """

private let columns: [(String, OrderState)] = [
    ("created", .created), ("pendNew", .pendingNew), ("open", .open), ("partial", .partiallyFilled),
    ("pendCancel", .pendingCancel), ("pendAmend", .pendingAmend), ("unknown", .unknown), ("filled", .filled),
    ("cancelled", .cancelled), ("rejected", .rejected), ("expired", .expired), ("failed", .failed),
    ("riskRej", .riskRejected),
]

private let cells: [String: OrderStep] = [
    ".": .stay, "~": .resume, "L": .late, "!": .contradiction, "RR": .to(.riskRejected), "PN": .to(.pendingNew),
    "PF": .to(.partiallyFilled), "PC": .to(.pendingCancel), "PA": .to(.pendingAmend), "UN": .to(.unknown),
    "FI": .to(.filled), "CA": .to(.cancelled), "RJ": .to(.rejected), "EX": .to(.expired), "FA": .to(.failed),
]

@Test func everyStateAndEventDoesWhatTheTableSays() throws {
    let lines = expected.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines[0] == ["event"] + columns.map(\.0))
    #expect(Set(columns.map(\.1)) == Set(OrderState.allCases), "the table names every state")
    var seen: Set<OrderEvent> = []
    for row in lines.dropFirst() {
        let event = try #require(OrderEvent.allCases.first { "\($0)" == row[0] }, "no event \(row[0])")
        try #require(row.count == columns.count + 1, "row \(row[0])")
        seen.insert(event)
        for (text, column) in zip(row.dropFirst(), columns) {
            let wanted = try #require(cells[text], "no cell \(text)")
            let step = OrderLifecycle.step(column.1, event)
            #expect(step == wanted, "\(column.0) + \(row[0])")
        }
    }
    #expect(seen == Set(OrderEvent.allCases), "the table names every event")
}

@Test func aTerminalStateStaysTerminal() {
    for state in OrderState.allCases where state.isTerminal {
        for event in OrderEvent.allCases {
            switch OrderLifecycle.step(state, event) {
            case .to(let next): Issue.record("\(state) left for \(next) by \(event)")
            case .resume: Issue.record("\(state) resumed by \(event)")
            case .stay, .late, .contradiction: break
            }
        }
    }
}

@Test func onlyProofEndsAnUnknownOrder() {
    let proofs: Set<OrderEvent> = [.filled, .cancelled, .refused, .rejected, .expired, .absent]
    for event in OrderEvent.allCases {
        guard case .to(let next) = OrderLifecycle.step(.unknown, event), next.isTerminal else { continue }
        #expect(proofs.contains(event), "\(event) ended an unknown order")
    }
}

@Test func anExecutionIsNeverLost() {
    for state in OrderState.allCases where state != .created {
        for event in [OrderEvent.partial, .filled] {
            #expect(OrderLifecycle.step(state, event) != .contradiction, "\(state) refuses \(event)")
        }
    }
}
