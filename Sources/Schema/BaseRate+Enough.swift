extension BaseRate {
    /// Whether enough shocks were seen to their end for the rate to say something.
    public var isEnough: Bool { shocks > 0 && shocks >= needed }
}
