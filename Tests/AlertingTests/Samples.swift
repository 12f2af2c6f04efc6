import Foundation
import Schema
import SwiftProtobuf
import Testing

@testable import Alerting

/// Findings to publish, made up; ABC, chips and BMK are nobody's.
enum Samples {
    static let noon: UInt64 = 1_737_979_200 * 1_000_000_000  // 2025-01-27T12:00:00Z

    static func finding(
        _ phase: ShockPhase, subject: String = "ABC", scope: ShockScope = .instrument, revision: UInt32 = 1,
        members: [String] = [], partOf: [String] = []
    ) -> Finding {
        var finding = Finding()
        finding.sequence = UInt64(revision)
        finding.recordTime = noon + UInt64(revision) * 1_000
        finding.eventTime = noon
        finding.cause.sequence = 100 + UInt64(revision)
        finding.cause.ordinal = 1
        finding.shock = "\(subject)/2025-01-27"
        finding.revision = revision
        finding.phase = phase
        finding.scope = scope
        finding.subject = subject
        finding.partOf = partOf
        finding.measure.session = "2025-01-27"
        finding.measure.onsetUntil = noon - 1_000_000_000
        finding.measure.simpleReturn = -0.1
        finding.members = members.map { symbol in
            var member = Member()
            member.symbol = symbol
            member.name = "\(symbol) Incorporated"
            return member
        }
        return finding
    }

    /// A finding with every section filled, the numbers of a real day.
    static func full() -> Finding {
        var finding = finding(.open, revision: 3, partOf: ["chips/2025-01-27"])
        finding.subjectName = "ABC Incorporated"
        finding.measure.complete = true
        finding.measure.priceBefore = 142.62
        finding.measure.priceOpen = 124.8
        finding.measure.priceLast = 118.42
        finding.measure.simpleReturn = -0.16968
        finding.measure.marketModel.beta = 1.9
        finding.measure.marketModel.marketReturn = -0.0141
        finding.measure.marketModel.abnormalReturn = -0.135
        finding.measure.marketModel.standardError = 0.0252
        finding.measure.marketModel.observations = 250
        finding.measure.returnPeriod.years = 1.8
        finding.measure.returnPeriod.deviations = 6.15
        finding.measure.returnPeriod.statistic = "EWMA volatility"
        finding.measure.overnight.overnightLog = -0.1334712946648303
        finding.measure.overnight.intradayLog = -0.05247482883169716
        finding.measure.overnight.share = 0.7177955213856494
        finding.measure.value.usd = -592_658_000_000
        finding.measure.value.shares = 24.49e9
        finding.measure.value.sharesAsOf = "2024-11-15"
        finding.measure.value.rank = 1
        finding.measure.value.compared = 1_234
        finding.measure.value.comparedSince = "2022-06-01"
        finding.measure.value.previousRecordUsd = -279e9
        finding.measure.value.previousRecord = "ABC, 2024-09-03"
        finding.measure.ownRank.rank = 2
        finding.measure.ownRank.sessions = 666
        finding.measure.ownRank.since = "2022-06-02"
        var next = FollowUpSession()
        next.session = "2025-01-28"
        next.simpleReturn = 0.0893
        next.retraced = 0.4368
        finding.measure.followUp = [next]
        finding.measure.missing = ["hourly bars: no turnover by the hour"]
        finding.decomposition.drift = 0.0048
        finding.decomposition.market = -0.0396
        finding.decomposition.group = -0.095
        finding.decomposition.own = -0.0399
        finding.decomposition.ownStandardError = 0.0201
        finding.decomposition.groupID = "chips"
        finding.decomposition.basket = ["DEF", "GHI"]
        finding.decomposition.observations = 250
        finding.attribution = attribution()
        finding.revised = ["confirmed at the close"]
        return finding
    }

    static func attribution(probability: Double = 0.61, unexplained: Double = 0.28) -> Attribution {
        var attribution = Attribution()
        attribution.candidates = [
            candidate("Cheap \"model\" startles\n the market", probability),
            candidate("Tariffs threatened", 1 - probability - unexplained),
        ]
        attribution.unexplained = unexplained
        attribution.itemsConsidered = 64
        attribution.evidenceUntil = noon
        var excluded = ExcludedEvidence()
        excluded.reason = "only reports the move"
        excluded.items = 3
        attribution.excluded = [excluded]
        return attribution
    }

    private static func candidate(_ headline: String, _ probability: Double) -> TriggerCandidate {
        var candidate = TriggerCandidate()
        candidate.story = "story-1"
        candidate.headline = headline
        candidate.terms = ["Quixotron", "model"]
        candidate.probability = probability
        candidate.relevance = 75
        candidate.attentionZ = 8.12
        candidate.firstSeen = noon - 7 * CivilTime.day
        candidate.items = 1
        candidate.sources = 12
        candidate.bestTier = .t5
        return candidate
    }

    /// What the stage says to findings, one message each.
    static func publish(_ findings: [Finding], stage: inout PublishStage) -> [AlertRecord] {
        var outbox = Outbox()
        for finding in findings { stage.apply(.finding(finding), rows: 0..<1, to: &outbox) }
        return outbox.drain().map { message in
            guard case .alertRecord(let record) = message else { fatalError("not an alert") }
            return record
        }
    }

    static func publish(_ findings: [Finding]) -> [AlertRecord] {
        var stage = PublishStage()
        return publish(findings, stage: &stage)
    }

    /// The alert inside a body.
    static func alert(_ record: AlertRecord) throws -> Alert {
        let text = String(decoding: record.body, as: UTF8.self)
        let start = try #require(text.range(of: "\"data\":"))
        return try Alert(jsonString: String(text[start.upperBound...].dropLast()))
    }
}
