import Model

/// What can happen to an order. Fills reach it as `partial` or `filled`, whichever the sum says.
public enum OrderEvent: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case riskRefused, sent, accepted, refused
    /// A request's outcome is not known: time-out, 5xx, lost link, or a cancel of an order the venue says is gone.
    case doubted
    case new, partial, filled, cancelled, rejected, expired
    case cancelRequested, cancelRefused
    case amendRequested, amended, amendRefused
    /// Looked up and proved not to be at the venue.
    case absent
}

/// What an event does to an order's state.
public enum OrderStep: Equatable, Sendable {
    case to(OrderState)
    /// Working again: open or partially filled, whichever the sum of fills says.
    case resume
    /// Nothing new.
    case stay
    /// An execution on an order that was terminal: applied to the position, flagged, the state stays.
    case late
    /// Cannot follow from what we know: the state stays, somebody should look.
    case contradiction
}

/// The one transition function of an order's life; every pair is written out.
public enum OrderLifecycle {
    /// What `event` does in `state`. Pure, a few nanoseconds.
    public static func step(_ state: OrderState, _ event: OrderEvent) -> OrderStep {
        switch state {
        case .created:
            switch event {
            case .riskRefused: return .to(.riskRejected)
            case .sent: return .to(.pendingNew)
            case .accepted, .refused, .doubted, .new, .partial, .filled, .cancelled, .rejected, .expired,
                .cancelRequested, .cancelRefused, .amendRequested, .amended, .amendRefused, .absent:
                return .contradiction
            }
        case .pendingNew:
            switch event {
            case .accepted, .new: return .resume
            case .partial: return .to(.partiallyFilled)
            case .filled: return .to(.filled)
            case .refused, .rejected: return .to(.rejected)
            case .cancelled: return .to(.cancelled)
            case .expired: return .to(.expired)
            case .doubted: return .to(.unknown)
            case .absent: return .stay  // still on its way: only an unknown order can be proved absent
            case .cancelRequested, .amendRequested: return .stay  // not before it is known to rest
            case .cancelRefused, .amended, .amendRefused, .riskRefused, .sent: return .contradiction
            }
        case .open:
            switch event {
            case .accepted, .new: return .stay
            case .partial: return .to(.partiallyFilled)
            case .filled: return .to(.filled)
            case .cancelled: return .to(.cancelled)
            case .rejected: return .to(.rejected)
            case .expired: return .to(.expired)
            case .doubted, .absent: return .to(.unknown)
            case .cancelRequested: return .to(.pendingCancel)
            case .amendRequested: return .to(.pendingAmend)
            case .cancelRefused, .amended, .amendRefused: return .stay
            case .refused, .riskRefused, .sent: return .contradiction
            }
        case .partiallyFilled:
            switch event {
            case .accepted, .new, .partial: return .stay
            case .filled: return .to(.filled)
            case .cancelled: return .to(.cancelled)
            case .expired: return .to(.expired)
            case .doubted, .absent: return .to(.unknown)
            case .cancelRequested: return .to(.pendingCancel)
            case .amendRequested: return .to(.pendingAmend)
            case .cancelRefused, .amended, .amendRefused: return .stay
            case .rejected, .refused, .riskRefused, .sent: return .contradiction
            }
        case .pendingCancel:
            switch event {
            case .accepted, .new, .partial, .cancelRequested: return .stay
            case .filled: return .to(.filled)
            case .cancelled: return .to(.cancelled)
            case .rejected: return .to(.rejected)
            case .expired: return .to(.expired)
            case .cancelRefused: return .resume
            case .doubted, .absent: return .to(.unknown)
            case .amended, .amendRefused: return .stay
            case .refused, .amendRequested, .riskRefused, .sent: return .contradiction
            }
        case .pendingAmend:
            switch event {
            case .accepted, .new, .partial, .amendRequested: return .stay
            case .filled: return .to(.filled)
            case .cancelled: return .to(.cancelled)
            case .rejected: return .to(.rejected)
            case .expired: return .to(.expired)
            case .amended, .amendRefused: return .resume
            case .cancelRequested: return .to(.pendingCancel)
            case .doubted, .absent: return .to(.unknown)
            case .cancelRefused: return .stay
            case .refused, .riskRefused, .sent: return .contradiction
            }
        case .unknown:
            switch event {
            case .accepted, .new: return .resume
            case .partial: return .to(.partiallyFilled)
            case .filled: return .to(.filled)
            case .cancelled: return .to(.cancelled)
            case .refused, .rejected: return .to(.rejected)
            case .expired: return .to(.expired)
            case .absent: return .to(.failed)
            case .doubted, .cancelRequested, .cancelRefused, .amendRequested, .amended, .amendRefused: return .stay
            case .riskRefused, .sent: return .contradiction
            }
        case .riskRejected, .failed:
            switch event {
            // It was never at the venue, and yet the venue speaks of it.
            case .accepted, .new, .cancelled, .rejected, .expired: return .contradiction
            case .partial, .filled: return .late
            case .refused, .doubted, .cancelRefused, .amendRefused, .absent: return .stay
            case .riskRefused, .sent, .cancelRequested, .amendRequested, .amended: return .contradiction
            }
        case .filled:
            switch event {
            case .partial, .filled: return .late
            case .accepted, .new, .doubted, .cancelRefused, .amended, .amendRefused, .absent: return .stay
            case .cancelled, .rejected, .expired, .refused, .riskRefused, .sent, .cancelRequested, .amendRequested:
                return .contradiction
            }
        case .cancelled, .expired:
            switch event {
            case .partial, .filled: return .late
            case .accepted, .new, .cancelled, .expired, .doubted, .cancelRefused, .amended, .amendRefused, .absent:
                return .stay
            case .rejected, .refused, .riskRefused, .sent, .cancelRequested, .amendRequested: return .contradiction
            }
        case .rejected:
            switch event {
            case .partial, .filled: return .late
            case .refused, .rejected, .doubted, .cancelRefused, .amendRefused, .absent, .expired: return .stay
            case .accepted, .new, .cancelled, .riskRefused, .sent, .cancelRequested, .amendRequested, .amended:
                return .contradiction
            }
        }
    }
}
