import Model
import StrategyKit
import Units

/// The venue's dead-man's switch. No dialect of a real venue with one exists yet, so refreshes travel beside the order
/// connection, with its delays and only while it is up.
extension World where Market: ~Copyable, Orders: ~Copyable {
    func sendRefresh(_ refresh: SwitchRefresh) {
        guard orderLink.isOpen, !orderLink.isDead else { return }
        heap.schedule(.switchAsked(life: life, refresh), at: now + restDelay())
    }

    func takeRefresh(_ life: Int, _ refresh: SwitchRefresh) {
        guard now >= closedUntil, now >= refusedUntil, now >= switchDeafUntil else { return }
        venue.request(.refresh(refresh), at: now)
        guard case .orderReply(let reply)? = venue.takeEvent() else { fatalError("the simulated venue did not answer") }
        heap.schedule(.switchAnswered(life: life, reply), at: now + restDelay())
    }

    func answerRefresh(_ reply: OrderReply) {
        guard process != nil, orderLink.isOpen else { return }
        if now < stalledUntil { return heap.schedule(.switchAnswered(life: life, reply), at: stalledUntil) }
        wake()
        step(.orderReply(reply))
    }

    /// The venue's own clock: what was not refreshed in time ends.
    func tickVenue() {
        let held = venue.openCount
        guard venue.tick(at: now) else { return }
        report.cover(held > 0 ? "the venue's switch cancelled what rested" : "the venue's switch found nothing resting")
        tellEvents()
    }
}
