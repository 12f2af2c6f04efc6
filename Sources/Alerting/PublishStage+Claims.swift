import Schema
import SwiftProtobuf

extension PublishStage {
    /// Publishes what a finding's claims add to what was told of them, on the subject's `claim` topic.
    ///
    /// Of one finding a claim may fire and be resolved at once. So that each has an identifier of its own, a claim's
    /// alert has twice the finding's revision when resolved, and one less when firing.
    mutating func publishClaims(of finding: Finding, to outbox: inout Outbox) {
        let shock = AlertLabels(scope: finding.scope, subject: finding.subject, shock: finding.shock).fingerprint
        for news in claims.take(finding) {
            for state in news.states {
                var alert = Self.claimAlert(news, of: finding, state: state)
                alert.partOf = [shock]
                emit(alert, at: finding.eventTime, to: &outbox)
            }
        }
    }

    private static func claimAlert(_ news: ClaimLifecycle.News, of finding: Finding, state: AlertState) -> Alert {
        let labels = AlertLabels(claim: news.claim.id, subject: finding.subject, shock: finding.shock)
        var alert = Alert()
        alert.fingerprint = labels.fingerprint
        alert.revision = 2 &* finding.revision &- (state == .resolved ? 0 : 1)
        alert.state = state
        alert.kind = AlertLabel.claimKind
        alert.subject = finding.subject
        alert.subjectName = finding.subjectName
        alert.scope = finding.scope
        alert.labels = labels.messages
        alert.startsAt = timestamp(news.claim.asserted == 0 ? finding.eventTime : news.claim.asserted)
        if state == .resolved { alert.endsAt = timestamp(finding.eventTime) }
        alert.claims = [news.claim]
        alert.unverified = finding.unverified.filter { news.claim.evidence.contains($0.sequence) }
        let words = ClaimWords(news.claim, of: finding, before: news.before)
        alert.headline = words.headline(.english)
        alert.summary = words.summary(.english)
        alert.words = Language.others.map { language in
            .with {
                $0.language = language.rawValue
                $0.headline = words.headline(language)
                $0.summary = words.summary(language)
                $0.revised = words.change(language).map { [$0] } ?? []
            }
        }
        if let change = words.change(.english) { alert.revised = [change] }
        return alert
    }
}
