import FuzzKit
import Testing
@Suite struct FuzzTests { @Test func none() {} }
