import Glibc
import Logging
import Schema
import ZeroMQ

/// Who may connect to a process's public sockets: its key, the list, and the authenticator that goes by it.
///
/// Nothing is started, and no key is read, where no socket needs it.
public final class ServiceAccess {
    private let configuration: ServiceConfiguration
    private let guardian: SocketGuard?

    /// - Parameters:
    ///   - context: Has the configuration that says where keys are.
    ///   - domain: What peers of these sockets come for.
    ///   - endpoints: The public endpoints of this process.
    /// - Throws: ``ConfigurationError`` when the server's key cannot be read.
    public init(_ context: ServiceContext, domain: AccessDomain, endpoints: [String]) throws {
        configuration = context.configuration
        guard endpoints.contains(where: configuration.needsCurve) else {
            guardian = nil
            return
        }
        let directory = KeyDirectory(configuration.keyDirectory)
        let secretKey: CurveSecretKey
        do {
            secretKey = try directory.secretKey(named: configuration.serverKey ?? "")
        } catch {
            throw ConfigurationError(["security.serverKey: \(error)"])
        }
        let logger = context.logger
        let watch = AllowListWatch(directory.allowListPath) { lines in
            for line in lines { logger.warning("keys", metadata: ["what": "\(line)"]) }
        }
        let authenticator = try Authenticator(in: context.zeroMQ, list: { watch.look() }) { error in
            logger.critical("the authenticator failed; nobody may be let in unasked", metadata: ["why": "\(error)"])
            exit(ExitStatus.tryAgain.rawValue)
        }
        guardian = SocketGuard(secretKey: secretKey, domain: domain, authenticator: authenticator)
    }

    /// The guard of the socket at `endpoint`; nil where it needs none.
    public func guardian(of endpoint: String) -> SocketGuard? {
        configuration.needsCurve(endpoint) ? guardian : nil
    }

    /// Adds who was let in and who was not.
    public func report(in heartbeat: inout Heartbeat) {
        guard let guardian else { return }
        let counts = guardian.authenticator.counts
        heartbeat.set("peers_admitted", counts.admitted)
        heartbeat.set("peers_refused", counts.refused)
        for (reason, count) in counts.byReason { heartbeat.set("peers_refused_\(reason.rawValue)", count) }
        heartbeat.recentErrors = Array((heartbeat.recentErrors + counts.recent).suffix(AccessCounts.maximumLines))
    }
}

extension ServiceConfiguration {
    /// What is wrong with the keys that this configuration needs, one line each.
    ///
    /// A list that is missing or has lines that cannot be read is no such problem: it may be written later.
    public func keyProblems() -> [String] {
        guard publicEndpoints.contains(where: needsCurve) else { return [] }
        do {
            _ = try KeyDirectory(keyDirectory).secretKey(named: serverKey ?? "")
            return []
        } catch {
            return ["security.serverKey: \(error)"]
        }
    }
}
