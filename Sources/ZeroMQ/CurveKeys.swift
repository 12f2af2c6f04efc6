import CZeroMQ

/// The half of a CURVE key pair that peers may know.
public struct CurvePublicKey: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// - Throws: ``Z85Error/keySize(_:)`` unless there are 32 bytes.
    public init(bytes: [UInt8]) throws(Z85Error) {
        self.bytes = try checkedKey(bytes)
    }

    /// - Parameter z85: 40 characters, as ZeroMQ tools print keys.
    public init(z85: String) throws(Z85Error) {
        self.bytes = try checkedKey(Z85.decode(z85))
    }

    /// 40 characters.
    public var z85: String { keyText(bytes) }
}

extension CurvePublicKey: CustomStringConvertible {
    public var description: String { z85 }
}

/// The half of a CURVE key pair that stays here. It does not show itself in logs.
public struct CurveSecretKey: Equatable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// - Throws: ``Z85Error/keySize(_:)`` unless there are 32 bytes.
    public init(bytes: [UInt8]) throws(Z85Error) {
        self.bytes = try checkedKey(bytes)
    }

    /// - Parameter z85: 40 characters, as ZeroMQ tools print keys.
    public init(z85: String) throws(Z85Error) {
        self.bytes = try checkedKey(Z85.decode(z85))
    }

    /// 40 characters, for storing it. Not for logs.
    public var z85: String { keyText(bytes) }
}

extension CurveSecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(secret key)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A CURVE identity.
public struct CurveKeyPair: Equatable, Sendable {
    public let publicKey: CurvePublicKey
    public let secretKey: CurveSecretKey

    /// A new pair from the system's random numbers.
    ///
    /// - Throws: ``ZeroMQError`` with ``ZeroMQError/Code/notSupported`` where libzmq lacks CURVE.
    public static func generate() throws(ZeroMQError) -> Self {
        var publicText = [CChar](repeating: 0, count: keyTextSize)
        var secretText = [CChar](repeating: 0, count: keyTextSize)
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else { throw .last(during: .generateKeys) }
        return Self(publicKey: .init(fromLibrary: publicText), secretKey: .init(fromLibrary: secretText))
    }

    /// The pair that a secret key belongs to.
    ///
    /// - Throws: ``ZeroMQError`` with ``ZeroMQError/Code/notSupported`` where libzmq lacks CURVE.
    public init(secretKey: CurveSecretKey) throws(ZeroMQError) {
        var publicText = [CChar](repeating: 0, count: keyTextSize)
        guard zmq_curve_public(&publicText, secretKey.z85) == 0 else { throw .last(during: .derivePublicKey) }
        self.init(publicKey: .init(fromLibrary: publicText), secretKey: secretKey)
    }

    private init(publicKey: CurvePublicKey, secretKey: CurveSecretKey) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }
}

/// 40 characters and a NUL.
private let keyTextSize = 41
private let keySize = 32

private func checkedKey(_ bytes: [UInt8]) throws(Z85Error) -> [UInt8] {
    guard bytes.count == keySize else { throw .keySize(bytes.count) }
    return bytes
}

private func keyText(_ bytes: [UInt8]) -> String {
    // Cannot fail: a key has 32 bytes, a multiple of 4.
    (try? Z85.encode(bytes)) ?? ""
}

/// What libzmq wrote as a key, which is one by its contract.
private func keyBytes(fromLibrary text: [CChar]) -> [UInt8] {
    let characters = String(decoding: text.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let bytes = try? Z85.decode(characters), bytes.count == keySize else {
        preconditionFailure("libzmq wrote a key that is no key")
    }
    return bytes
}

extension CurvePublicKey {
    fileprivate init(fromLibrary text: [CChar]) {
        bytes = keyBytes(fromLibrary: text)
    }
}

extension CurveSecretKey {
    fileprivate init(fromLibrary text: [CChar]) {
        bytes = keyBytes(fromLibrary: text)
    }
}
