// How the stories are stored in a checkpoint. What follows from the rest (which stories have a term, which name an
// entity, the bands of a wording) is made anew.

extension StoryIndex: CompactlyStored {
    public init?(reading reader: inout CompactReader) {
        guard let settings = Settings(reading: &reader), let statistics = TermStatistics(reading: &reader),
            let duplicates = NearDuplicates(reading: &reader), let merges = StoryMerges(reading: &reader),
            let nextID = reader.number(),
            let now = reader.signed(), let lastSweep = reader.signed(),
            let stories = reader.list({ reader in
                reader.number().flatMap { mark in Story(reading: &reader).map { (story: $0, isOpen: mark != 0) } }
            })
        else { return nil }
        self.init(settings: settings, statistics: statistics)
        restore(stories, duplicates, merges, nextID: nextID, now: now, lastSweep: lastSweep)
    }

    public func write(to writer: inout CompactWriter) {
        settings.write(to: &writer)
        statistics.write(to: &writer)
        duplicates.write(to: &writer)
        merges.write(to: &writer)
        writer.number(nextID)
        writer.signed(now)
        writer.signed(lastSweep)
        writer.list(stories) { story, writer in
            writer.number(isSearchable(story) ? 1 : 0)
            story.write(to: &writer)
        }
    }
}

extension StoryIndex.Settings: CompactlyStored {
    public init?(reading reader: inout CompactReader) {
        guard let threshold = reader.fraction(), let mergeThreshold = reader.fraction(),
            let mergeBalance = reader.fraction(), let mergeEmergence = reader.fraction(), let window = reader.signed(),
            let bindingWindow = reader.signed(),
            let emergence = reader.fraction(), let evidence = reader.fraction(), let retention = reader.signed()
        else { return nil }
        self.init()
        self.threshold = threshold
        self.mergeThreshold = mergeThreshold
        self.mergeBalance = mergeBalance
        self.mergeEmergence = mergeEmergence
        self.window = window
        self.bindingWindow = bindingWindow
        self.emergence = emergence
        self.evidence = evidence
        self.retention = retention
    }

    public func write(to writer: inout CompactWriter) {
        writer.fraction(threshold)
        writer.fraction(mergeThreshold)
        writer.fraction(mergeBalance)
        writer.fraction(mergeEmergence)
        writer.signed(window)
        writer.signed(bindingWindow)
        writer.fraction(emergence)
        writer.fraction(evidence)
        writer.signed(retention)
    }
}

extension Story: CompactlyStored {
    public init?(reading reader: inout CompactReader) {
        guard let id = reader.number(), let firstSeen = reader.signed(), let lastSeen = reader.signed(),
            let count = reader.integer(), let wordings = reader.integer(), let items = reader.integer(),
            let sources = reader.list({ $0.text() }), let sequences = reader.list({ $0.number() }),
            let terms = reader.list(Term.init(reading:)), let languages = reader.list(Language.init(reading:)),
            let anchors = reader.list(Anchor.init(reading:)), let length = reader.fraction()
        else { return nil }
        self.init(id: id, time: firstSeen)
        self.lastSeen = lastSeen
        self.count = count
        self.wordings = wordings
        self.items = items
        self.sources = sources
        self.sequences = sequences
        self.terms = terms
        self.languages = languages
        self.anchors = anchors
        self.length = length
    }

    public func write(to writer: inout CompactWriter) {
        writer.number(id)
        writer.signed(firstSeen)
        writer.signed(lastSeen)
        for number in [count, wordings, items] { writer.number(number) }
        writer.list(sources) { $1.text($0) }
        writer.list(sequences) { $1.number($0) }
        writer.list(terms) { term, writer in
            writer.text(term.text)
            writer.fraction(term.weight)
            writer.number(term.items)
        }
        writer.list(languages) { language, writer in
            writer.text(language.code)
            writer.number(language.items)
        }
        writer.list(anchors) { anchor, writer in
            writer.word(anchor.hash)
            writer.number(anchor.isEntity ? 1 : 0)
            writer.number(anchor.items)
        }
        writer.fraction(length)
    }
}

extension Story.Term {
    fileprivate init?(reading reader: inout CompactReader) {
        guard let text = reader.text(), let weight = reader.fraction(), let items = reader.integer() else { return nil }
        self.init(text: text, hash: FNV1a.hash(text), weight: weight, items: items)
    }
}

extension Story.Language {
    fileprivate init?(reading reader: inout CompactReader) {
        guard let code = reader.text(), let items = reader.integer() else { return nil }
        self.init(code: code, items: items)
    }
}

extension Story.Anchor {
    fileprivate init?(reading reader: inout CompactReader) {
        guard let hash = reader.word(), let kind = reader.number(), let items = reader.integer() else { return nil }
        self.init(hash: hash, isEntity: kind == 1, items: items)
    }
}

extension TermStatistics: CompactlyStored {
    public init?(reading reader: inout CompactReader) {
        guard let maximum = reader.integer(), maximum > 0, let headlines = Record(reading: &reader),
            let first = reader.list({ $0.signed() }), let last = reader.signed(),
            let terms = reader.list({ reader in
                reader.word().flatMap { hash in Record(reading: &reader).map { (hash: hash, record: $0) } }
            })
        else { return nil }
        self.init(maximumTerms: maximum)
        restore(terms, headlines, firstBucket: first.first, lastBucket: last)
    }

    public func write(to writer: inout CompactWriter) {
        writer.number(maximumTerms)
        headlines.write(to: &writer)
        writer.list([firstBucket].compactMap { $0 }) { $1.signed($0) }
        writer.signed(lastBucket)
        writer.list(terms.keys) { key, writer in
            writer.word(key)
            (terms[key] ?? Record()).write(to: &writer)
        }
    }
}

extension TermStatistics.Record {
    fileprivate init?(reading reader: inout CompactReader) {
        var bucket: Int64 = 0
        let counts = reader.list { reader -> TermStatistics.Count? in
            guard let step = reader.signed(), let items = reader.signed(), let names = reader.signed() else {
                return nil
            }
            bucket &+= step
            return .init(
                bucket: bucket, items: Int32(truncatingIfNeeded: items), names: Int32(truncatingIfNeeded: names))
        }
        guard let counts else { return nil }
        self.init(counts: counts)
    }

    fileprivate func write(to writer: inout CompactWriter) {
        var bucket: Int64 = 0
        writer.list(counts) { count, writer in
            writer.signed(count.bucket &- bucket)
            writer.signed(Int64(count.items))
            writer.signed(Int64(count.names))
            bucket = count.bucket
        }
    }
}
