/// What a fact states. The raw value is how files, settings and findings name it.
public enum FactKind: String, CaseIterable, Codable, Sendable {
    case sharesOutstanding = "shares_outstanding"
    case split
    case recordLoss = "record_loss"
    case capexCommitment = "capex_commitment"
    case etfLeverage = "etf_leverage"
    case ownership
    case statement
    case earningsResult = "earnings_result"
    case signedFlow = "signed_flow"
    case rentalPrice = "rental_price"
    case shortInterest = "short_interest"
    case dividend
    case tradingStatus = "trading_status"
    case scheduledRelease = "scheduled_release"
    case claim
    case valuation
    case likeness
    case optionInterest = "option_interest"
    case revenue
    case fundCreation = "fund_creation"
    case guidance
}

extension Fact {
    /// Nil for a fact without a value, or with one that this program does not know.
    public var kind: FactKind? {
        switch value {
        case .sharesOutstanding?: .sharesOutstanding
        case .split?: .split
        case .recordLoss?: .recordLoss
        case .capexCommitment?: .capexCommitment
        case .etfLeverage?: .etfLeverage
        case .ownership?: .ownership
        case .statement?: .statement
        case .earningsResult?: .earningsResult
        case .signedFlow?: .signedFlow
        case .rentalPrice?: .rentalPrice
        case .shortInterest?: .shortInterest
        case .dividend?: .dividend
        case .tradingStatus?: .tradingStatus
        case .scheduledRelease?: .scheduledRelease
        case .claim?: .claim
        case .valuation?: .valuation
        case .likeness?: .likeness
        case .optionInterest?: .optionInterest
        case .revenue?: .revenue
        case .fundCreation?: .fundCreation
        case .guidance?: .guidance
        case nil: nil
        }
    }
}
