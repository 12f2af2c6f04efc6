import Foundation
import Testing

/// Rows of a golden file beside the tests; comments begin with #.
func golden(_ name: String) throws -> [[String]] {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
    return try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map { $0.split(separator: ",").map(String.init) }
}
