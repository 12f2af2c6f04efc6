import Schema
import SwiftProtobuf

/// What JSON calls the fields of messages and the values of their enums, from the descriptors that recordings carry.
///
/// The bytes lie in memory that is never freed, so that looking one up counts no references.
struct MessageNames: @unchecked Sendable {
    struct Field {
        /// `,"name":`
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        /// Of a message: the place of its fields in ``messages``.
        var message = -1
        /// Of an enum: its values by number, quoted; empty where a number has none.
        var values = UnsafeBufferPointer<UnsafeRawBufferPointer>(start: nil, count: 0)
    }

    /// By number.
    typealias Fields = UnsafeBufferPointer<Field>

    /// Written once, before anybody reads.
    let messages: [Fields]

    /// The fields of an alert.
    let alert: Fields

    static let all = MessageNames()

    private init() {
        guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: RecordingSchema.fileDescriptorSet)
        else {
            preconditionFailure("Descriptors.swift is damaged: run scripts/generate-schema")
        }
        var (messages, places): ([Fields], [String: Int]) = ([], [:])
        var enums: [String: UnsafeBufferPointer<UnsafeRawBufferPointer>] = [:]
        for file in set.file {
            for type in file.enumType { enums[".\(file.package).\(type.name)"] = Self.values(of: type) }
            for type in file.messageType { places[".\(file.package).\(type.name)"] = places.count }
        }
        for file in set.file {
            for type in file.messageType {
                var fields = [Field](repeating: Field(), count: Int(type.field.map(\.number).max() ?? 0) + 1)
                for field in type.field {
                    fields[Int(field.number)] = Field(
                        key: Self.keep(",\"\(field.jsonName)\":"), message: places[field.typeName] ?? -1,
                        values: enums[field.typeName] ?? .init(start: nil, count: 0))
                }
                messages.append(Self.keep(fields))
            }
        }
        guard let place = places[".epicenter.v1.Alert"] else { preconditionFailure("no descriptor of Alert") }
        (self.messages, alert) = (messages, messages[place])
    }

    private static func values(of type: Google_Protobuf_EnumDescriptorProto)
        -> UnsafeBufferPointer<UnsafeRawBufferPointer>
    {
        let numbers = type.value.map { Int($0.number) }.filter { (0...255).contains($0) }
        var names = [UnsafeRawBufferPointer](repeating: .init(start: nil, count: 0), count: (numbers.max() ?? 0) + 1)
        for value in type.value where names.indices.contains(Int(value.number)) {
            names[Int(value.number)] = keep("\"\(value.name)\"")
        }
        return keep(names)
    }

    private static func keep<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        return UnsafeBufferPointer(memory)
    }

    private static func keep(_ text: String) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(keep(Array(text.utf8)))
    }
}
