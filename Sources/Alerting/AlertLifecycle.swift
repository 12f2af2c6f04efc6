public import Schema

/// What subscribers have been told about one alert, and what they are told next.
///
/// The state published for a finding's phase, and what is remembered afterwards:
///
/// | told before | PENDING | OPEN   | CLOSED                | WITHDRAWN             |
/// |-------------|---------|--------|-----------------------|-----------------------|
/// | nothing     | pending | firing | –                     | –                     |
/// | pending     | pending | firing | withdrawn, forgotten  | withdrawn, forgotten  |
/// | firing      | firing  | firing | resolved, forgotten   | resolved, forgotten   |
///
/// So a resolve always follows its fire, an end always follows a beginning, and what has fired never
/// goes back to pending. A finding that ends something nobody was told of is published as nothing, and
/// so is one without a phase.
public enum AlertLifecycle: Codable, Equatable, Sendable {
    case untold
    case pending
    case firing

    /// The state to publish for a finding in `phase`; nil if there is nothing to say.
    public func state(for phase: ShockPhase) -> AlertState? {
        switch (self, phase) {
        case (.firing, .pending), (_, .open): .firing
        case (_, .pending): .pending
        case (.firing, .closed), (.firing, .withdrawn): .resolved
        case (.pending, .closed), (.pending, .withdrawn): .withdrawn
        case (.untold, .closed), (.untold, .withdrawn): nil
        case (_, .unspecified), (_, .UNRECOGNIZED): nil
        }
    }

    /// What subscribers know once `state` has been published; ``untold`` after an end.
    public static func after(_ state: AlertState) -> AlertLifecycle {
        switch state {
        case .pending: .pending
        case .firing: .firing
        case .resolved, .withdrawn, .unspecified, .UNRECOGNIZED: .untold
        }
    }
}
