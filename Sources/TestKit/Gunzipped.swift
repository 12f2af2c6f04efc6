import Foundation

/// The bytes of a gzip file, unpacked by the system's gzip.
///
/// - Throws: ``GunzipError`` where gzip fails.
public func gunzipped(_ path: String) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc", path]
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw GunzipError(path: path) }
    return data
}

public struct GunzipError: Error, CustomStringConvertible {
    public let path: String
    public var description: String { "gzip -dc \(path) failed" }
}
