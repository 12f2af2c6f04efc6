import Schema

/// How fast recorded time passes.
public enum ReplayRate: Sendable, Equatable {
    case maximum
    /// Market seconds per second.
    case factor(Double)

    /// `max`, or a positive number.
    public init?(_ text: String) {
        if text == "max" {
            self = .maximum
        } else if let factor = Double(text), factor > 0, factor.isFinite {
            self = .factor(factor)
        } else {
            return nil
        }
    }
}

extension ReplayRate {
    /// As it travels; nil for what is no rate.
    public init?(_ message: PlayerRate) {
        switch (message.maximum, message.factor) {
        case (true, 0): self = .maximum
        case (false, let factor) where factor > 0 && factor.isFinite: self = .factor(factor)
        default: return nil
        }
    }
}

extension ReplayRate: CustomStringConvertible {
    /// As ``init(_:)-(String)`` reads it.
    public var description: String {
        switch self {
        case .maximum: "max"
        case .factor(let factor) where factor >= 1 && factor < 1e15 && factor == factor.rounded(): "\(Int64(factor))"
        case .factor(let factor): "\(factor)"
        }
    }
}

extension PlayerRate {
    public init(_ rate: ReplayRate) {
        self.init()
        switch rate {
        case .maximum: maximum = true
        case .factor(let value): factor = value
        }
    }
}
