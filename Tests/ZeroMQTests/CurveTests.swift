import Testing
import ZeroMQ

@Suite("CURVE")
struct CurveTests {
    let context: Context
    init() throws { context = try Context() }

    @Test("who has the server's key gets through")
    func roundTrip() throws {
        let server = try CurveKeyPair.generate()
        var pull = try Socket(Pull.self, in: context, options: serverOptions(server))
        var push = try Socket(Push.self, in: context, options: clientOptions(.generate(), of: server.publicKey))
        try push.connect(to: pull.bind(to: Place.tcp.endpoint))
        #expect(try push.send("secret", wait: true) == .sent)
        #expect(try pull.receiveParts() == .message(utf8("secret")))
    }

    @Test("who has a wrong server key is turned away for it and sends nothing")
    func wrongServerKey() throws {
        let impostor = try CurveKeyPair.generate()
        let client = try clientOptions(.generate(), of: impostor.publicKey)
        let failure = try failure(of: client, at: serverOptions(.generate()))
        #expect(failure == .protocolViolation(.cryptographic))
    }

    @Test("who has no key is turned away for it and sends nothing")
    func noKey() throws {
        let failure = try failure(of: patientOptions { $0.immediate = true }, at: serverOptions(.generate()))
        #expect(failure == .protocolViolation(.mechanismMismatch))
    }

    @Test("the authenticator sees the client's key and its word counts", arguments: [true, false])
    func authenticator(admits: Bool) throws {
        let server = try CurveKeyPair.generate()
        let client = try CurveKeyPair.generate()
        // Must be there before a server that asks it.
        var authenticator = try Socket(Reply.self, in: context, options: patientOptions())
        try authenticator.bind(to: Endpoint("inproc://zeromq.zap.01"))
        var pull = try Socket(Pull.self, in: context, options: serverOptions(server) { $0.zapDomain = "feeds" })
        var monitor = try pull.monitor(receiveTimeout: patience)
        var push = try Socket(Push.self, in: context, options: clientOptions(client, of: server.publicKey))
        try push.connect(to: pull.bind(to: Place.tcp.endpoint))

        // The frames are RFC 27's: version, request, domain, address, identity, mechanism, key.
        guard case .message(let request) = try authenticator.receiveParts(), request.count == 7 else {
            Issue.record("the authenticator was not asked")
            return
        }
        #expect(request[2] == utf8("feeds")[0])
        #expect(request[3] == utf8("127.0.0.1")[0])
        #expect(request[5] == utf8("CURVE")[0])
        #expect(request[6] == client.publicKey.bytes)
        let verdict = utf8(admits ? "200" : "400", "", "desk-1", "")
        #expect(try authenticator.sendMultipart([request[0], request[1]] + verdict) == .sent)

        if admits {
            #expect(try push.send("x", wait: true) == .sent)
            guard let frame = try pull.receive() else {
                Issue.record("nothing arrived")
                return
            }
            let (userID, peerAddress) = (frame.userID, frame.peerAddress)
            #expect(userID == "desk-1" && peerAddress == "127.0.0.1")
        } else {
            let event = try firstEvent(of: &monitor) { $0 == .handshakeFailed(.refused(status: 400)) }
            #expect(event != nil)
            #expect(try pull.receiveParts(wait: false) == .nothing)
        }
    }

    @Test("a generated pair is a pair, and no two are the same")
    func generate() throws {
        let pair = try CurveKeyPair.generate()
        #expect(try CurveKeyPair(secretKey: pair.secretKey) == pair)
        #expect(try CurveKeyPair.generate().publicKey != pair.publicKey)
        #expect(try CurvePublicKey(z85: pair.publicKey.z85) == pair.publicKey)
        #expect(try CurveSecretKey(z85: pair.secretKey.z85) == pair.secretKey)
    }

    /// Keys from zmq_curve(7), "Test key values".
    @Test(
        "a public key follows from its secret key as in the manual",
        arguments: [
            ("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"),
            ("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"),
        ]
    )
    func publicFromSecret(secret: String, expected: String) throws {
        #expect(try CurveKeyPair(secretKey: CurveSecretKey(z85: secret)).publicKey.z85 == expected)
    }

    @Test("a secret key does not show in descriptions, dumps or options")
    func secretIsHidden() throws {
        let pair = try CurveKeyPair.generate()
        var options = SocketOptions()
        options.security = .curveClient(keys: pair, serverKey: pair.publicKey)
        var dumped = ""
        dump(options, to: &dumped)
        for text in ["\(pair)", "\(options)", String(reflecting: options), dumped] {
            #expect(!text.contains(pair.secretKey.z85))
            #expect(!text.contains(pair.secretKey.bytes.map(String.init).joined(separator: ", ")))
            #expect(text.contains("(secret key)"))
        }
    }

    @Test("a key of the wrong size is refused with its size")
    func keySize() {
        #expect(throws: Z85Error.keySize(31)) { try CurveSecretKey(bytes: Array(repeating: 1, count: 31)) }
        #expect(throws: Z85Error.keySize(8)) { try CurvePublicKey(z85: "HelloWorld") }
        #expect(throws: Z85Error.textLength(39)) { try CurvePublicKey(z85: String(repeating: "a", count: 39)) }
    }

    private func serverOptions(
        _ keys: CurveKeyPair,
        _ change: (inout SocketOptions) -> Void = { _ in }
    ) -> SocketOptions {
        patientOptions { options in
            options.security = .curveServer(secretKey: keys.secretKey)
            change(&options)
        }
    }

    private func clientOptions(_ keys: CurveKeyPair, of server: CurvePublicKey) -> SocketOptions {
        patientOptions { options in
            options.security = .curveClient(keys: keys, serverKey: server)
            options.immediate = true
        }
    }

    /// Connects `client` to `server`, sees that nothing gets through, and returns why.
    private func failure(
        of client: SocketOptions,
        at server: SocketOptions
    ) throws -> SocketEvent.HandshakeFailure? {
        var pull = try Socket(Pull.self, in: context, options: server)
        var monitor = try pull.monitor(receiveTimeout: patience)
        var push = try Socket(Push.self, in: context, options: client)
        try push.connect(to: pull.bind(to: Place.tcp.endpoint))
        let event = try firstEvent(of: &monitor) { kind in
            if case .handshakeFailed = kind { return true }
            return false
        }
        // With `immediate`, a peer that was turned away does not even get a queue.
        #expect(try push.send("x") == .wouldBlock)
        #expect(try pull.receiveParts(wait: false) == .nothing)
        guard case .handshakeFailed(let failure) = event?.kind else { return nil }
        return failure
    }
}
