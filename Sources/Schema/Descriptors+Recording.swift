import Foundation

/// What makes a recording readable without this package.
public enum RecordingSchema {
    /// The serialised `google.protobuf.FileDescriptorSet` with every message of ``MessageType`` and all it
    /// imports: the `data` of each MCAP schema of encoding `protobuf`.
    public static let fileDescriptorSet: [UInt8] = {
        guard let data = Data(base64Encoded: descriptorSetBase64) else {
            preconditionFailure("Descriptors.swift is damaged: run scripts/generate-schema")
        }
        return Array(data)
    }()

    /// The MCAP profile of our recordings.
    public static let profile = "epicenter"
}
