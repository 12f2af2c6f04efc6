import Testing
import ZeroMQ

@Suite("Endpoint")
struct EndpointTests {
    @Test(
        "accepts what libzmq can use and knows what stays on the machine",
        arguments: [
            ("ipc:///run/epicenter/market.sock", Endpoint.Transport.ipc, true),
            ("ipc://*", .ipc, true),
            ("ipc://" + String(repeating: "p", count: 107), .ipc, true),
            ("inproc://zeromq.zap.01", .inproc, true),
            ("inproc://" + String(repeating: "n", count: 255), .inproc, true),
            ("tcp://127.0.0.1:5555", .tcp, true),
            ("tcp://127.255.0.9:1", .tcp, true),
            ("tcp://[::1]:65535", .tcp, true),
            ("tcp://[0:0:0:0:0:0:0:1]:5555", .tcp, true),
            ("tcp://localhost:*", .tcp, true),
            ("tcp://*:5555", .tcp, false),
            ("tcp://0.0.0.0:5555", .tcp, false),
            ("tcp://[::]:5555", .tcp, false),
            ("tcp://[fe80::1%eth0]:5555", .tcp, false),
            ("tcp://128.0.0.1:5555", .tcp, false),
            ("tcp://127.1:5555", .tcp, false),
            ("tcp://lo:5555", .tcp, false),
            ("tcp://127.0.0.1.example.com:5555", .tcp, false),
            ("tcp://feed-1.example.com:5555", .tcp, false),
        ]
    )
    func accepts(text: String, transport: Endpoint.Transport, isLocal: Bool) throws {
        let endpoint = try Endpoint(text)
        #expect(endpoint.transport == transport)
        #expect(endpoint.isLocal == isLocal)
        #expect(endpoint.isLoopback == (isLocal && transport == .tcp))
        #expect(endpoint.description == text)
    }

    @Test(
        "refuses the rest and says why",
        arguments: [
            ("", EndpointError.Reason.noTransport),
            ("/run/market.sock", .noTransport),
            ("udp://127.0.0.1:5555", .unknownTransport("udp")),
            ("TCP://127.0.0.1:5555", .unknownTransport("TCP")),
            ("://x", .unknownTransport("")),
            ("ipc://", .noAddress),
            ("tcp://", .noAddress),
            ("inproc://", .noAddress),
            ("ipc:///run/a\0b", .containsNUL),
            ("ipc://@market", .abstractPath),
            ("ipc://" + String(repeating: "p", count: 108), .pathTooLong(108)),
            // Bytes count, not characters: each of these has two.
            ("ipc://" + String(repeating: "é", count: 54), .pathTooLong(108)),
            ("inproc://" + String(repeating: "n", count: 256), .nameTooLong(256)),
            ("tcp://localhost", .notHostAndPort),
            ("tcp://:5555", .host("")),
            ("tcp://::1:5555", .host("::1")),
            ("tcp://[::g]:5555", .host("::g")),
            ("tcp://[]:5555", .host("[]")),
            ("tcp://[*]:5555", .host("*")),
            ("tcp://10.0.0.1;10.0.0.2:5555", .host("10.0.0.1;10.0.0.2")),
            ("tcp://a b:5555", .host("a b")),
            ("tcp://localhost:", .port("")),
            ("tcp://localhost:0", .port("0")),
            ("tcp://localhost:65536", .port("65536")),
            ("tcp://localhost:+80", .port("+80")),
            ("tcp://localhost:http", .port("http")),
        ]
    )
    func refuses(text: String, reason: EndpointError.Reason) {
        #expect(throws: EndpointError(reason, in: text)) { try Endpoint(text) }
    }

    @Test("an error says what was found and what is allowed, on one line")
    func description() {
        let error = EndpointError(.pathTooLong(108), in: "ipc://p")
        #expect(error.description == #"endpoint "ipc://p": the path has 108 bytes; at most 107 are allowed"#)
    }

    @Test("the longest path that is accepted is the longest that can be bound")
    func longestPath() throws {
        let path = "/tmp/" + String(repeating: "p", count: Endpoint.maximumPathLength - 5)
        let endpoint = try Endpoint.ipc(path: path)
        var socket = try Socket(Pull.self, in: Context())
        #expect(try socket.bind(to: endpoint) == endpoint)
        try socket.unbind(from: endpoint)
    }
}
