/// Why a peer was not let in.
public enum AccessRefusal: String, CaseIterable, Sendable {
    /// The request to the authenticator is none.
    case malformed
    /// A socket that we know nothing of.
    case domain
    /// Not CURVE, or CURVE without a key.
    case mechanism
    /// There is no list, it cannot be read, or it names no key.
    case noList = "no_list"
    case unknownKey = "unknown_key"
    /// The key is in the list, for other sockets.
    case otherDomain = "other_domain"
    /// The peer did not get as far as showing a key: no CURVE, a wrong server key, other bytes.
    case handshake
}

/// How many came, were let in and were not, and who they were; bounded however many come.
public struct AccessCounts: Equatable, Sendable {
    /// Further keys are counted together.
    public static let maximumKeys = 64
    /// Lines kept of the latest refusals.
    public static let maximumLines = 20

    public private(set) var admitted: UInt64 = 0
    public private(set) var refused: UInt64 = 0
    public private(set) var byReason: [AccessRefusal: UInt64] = [:]
    /// How often each key was refused: the first ``maximumKeys`` of them.
    public private(set) var byKey: [CurvePublicKey: UInt64] = [:]
    /// Refusals of keys beyond those in ``byKey``.
    public private(set) var ofOtherKeys: UInt64 = 0
    /// The latest refusals, oldest first.
    public private(set) var recent: [String] = []

    public init() {}

    mutating func admit() { admitted += 1 }

    mutating func refuse(_ reason: AccessRefusal, key: CurvePublicKey? = nil, _ text: @autoclosure () -> String) {
        refused += 1
        byReason[reason, default: 0] += 1
        if let key {
            if byKey[key] != nil || byKey.count < Self.maximumKeys {
                byKey[key, default: 0] += 1
            } else {
                ofOtherKeys += 1
            }
        }
        recent.append("\(text()) (\(reason.rawValue))")
        if recent.count > Self.maximumLines { recent.removeFirst() }
    }
}

/// Who is let in: a value that is asked with a request's frames and answers with the reply's.
///
/// It refuses whatever it does not understand, and everybody while it has no list.
public struct AccessJudge: Sendable {
    /// nil: nobody is let in.
    public private(set) var list: AllowList?
    public private(set) var counts = AccessCounts()
    /// Keys let in since they were last cut off. Bounded by the list they were in.
    private var admitted: [AccessDomain: Set<CurvePublicKey>] = [:]

    public init(list: AllowList? = nil) { self.list = list }

    /// Judges one request and counts the verdict.
    ///
    /// - Returns: The reply's frames. One that cannot be read is refused under an empty request id.
    public mutating func answer(_ frames: [[UInt8]]) -> ZapReply {
        guard let request = ZapRequest(frames: frames) else {
            counts.refuse(.malformed, "a request of \(frames.count) frames that is not ZAP 1.0")
            return ZapReply(requestID: [], status: .refused, reason: "malformed", userID: "")
        }
        switch verdict(on: request) {
        case .success(let entry):
            counts.admit()
            if let domain = AccessDomain(rawValue: request.domain) { admitted[domain, default: []].insert(entry.key) }
            return ZapReply(requestID: request.requestID, status: .admitted, reason: "", userID: entry.name)
        case .failure(let refusal):
            let key = request.curveKey
            let from = request.address.isEmpty ? "a local peer" : request.address
            counts.refuse(refusal.reason, key: key, "key \(key?.z85 ?? "none") from \(from) for \(request.domain)")
            // A list may be away for the moment in which somebody saves it; peers should not be gone for good.
            let isPassing = list?.entries.isEmpty ?? true
            return ZapReply(
                requestID: request.requestID, status: isPassing ? .later : .refused, reason: refusal.reason.rawValue,
                userID: "")
        }
    }

    struct Refused: Error, Equatable {
        let reason: AccessRefusal
    }

    func verdict(on request: ZapRequest) -> Result<AllowList.Entry, Refused> {
        guard let domain = AccessDomain(rawValue: request.domain) else { return .failure(Refused(reason: .domain)) }
        guard let key = request.curveKey else { return .failure(Refused(reason: .mechanism)) }
        guard let list, !list.entries.isEmpty else { return .failure(Refused(reason: .noList)) }
        guard let entry = list.entry(of: key) else { return .failure(Refused(reason: .unknownKey)) }
        guard entry.domains.contains(domain) else { return .failure(Refused(reason: .otherDomain)) }
        return .success(entry)
    }

    /// Counts a peer that libzmq turned away before it showed a key.
    public mutating func noteHandshakeFailure(at domain: AccessDomain, _ what: String) {
        counts.refuse(.handshake, "a peer for \(domain.rawValue): \(what)")
    }

    /// Judges by another list from here on.
    ///
    /// - Returns: Where somebody was let in who would not be now.
    public mutating func replace(with list: AllowList?) -> Set<AccessDomain> {
        self.list = list
        var cut: Set<AccessDomain> = []
        for (domain, keys) in admitted {
            let stay = keys.filter { list?.entry(of: $0)?.domains.contains(domain) ?? false }
            if stay.count == keys.count { continue }
            cut.insert(domain)
            // Those who stay are cut off with the rest, and asked again when they come back.
            admitted[domain] = nil
        }
        return cut
    }
}
